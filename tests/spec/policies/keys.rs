//! YAML keys that are unknown, duplicate or missing.

use insta::assert_snapshot;

use crate::harness::repository::{Repository, check, check_briefly};

#[test]
fn one_run_reports_all_errors_of_a_file() {
    let said = check(
        r"
        name: 7
        asignments: pilot
        windows: 10 1803
        settings:
          Authentication/AllowAadPasswordReset: Allowed
        deliver: settings-catalog
        state: retierd
        ",
    );
    assert_snapshot!(said, @r#"
    error[SP0105]: expected text, found a whole number
     --> policies/policy.yaml:1:7
      |
    1 | name: 7
      |       ^ this is a whole number
      |
    help: put it in quotes
      |
    1 - name: 7
    1 + name: "7"
      |

    error[SP0104]: unknown key `asignments` in the policy
     --> policies/policy.yaml:2:1
      |
    2 | asignments: pilot
      | ^^^^^^^^^^ this key is not known here
      |
    help: Did you mean `assignments`?
      |
    2 | assignments: pilot
      |   +

    error[SP0109]: `deliver: settings-catalog` is not supported yet
     --> policies/policy.yaml:6:10
      |
    6 | deliver: settings-catalog
      |          ^^^^^^^^^^^^^^^^ this version can only create custom OMA-URI profiles
      |
      = help: write `custom`, or remove the line

    error[SP0105]: `retierd` is not allowed here
     --> policies/policy.yaml:7:8
      |
    7 | state: retierd
      |        ^^^^^^^ use `active`, `draft`, `retired`
      |
    help: Did you mean `retired`?
      |
    7 - state: retierd
    7 + state: retired
      |

    4 errors, 0 warnings in 1 policy
    exit code 1
    "#);
}

#[test]
fn unknown_keys_are_reported_everywhere() {
    let said = check(
        r"
        name: Reset
        colour: blue
        settings:
          Authentication/AllowAadPasswordReset: { valeu: 1, because: we like it }
        assignments:
          include:
            - { group: SSPR Pilot, filtre: Windows 11, owner: me }
          exlude: []
        waive:
          - { rule: I01, reason: tested, until: 2099-12-31, untill: 2099-12-31 }
        ",
    );
    assert_snapshot!(said, @"
    error[SP0104]: unknown key `colour` in the policy
     --> policies/policy.yaml:2:1
      |
    2 | colour: blue
      | ^^^^^^ this key is not known here
      |
      = note: known keys: name, description, key, windows, settings, registry, assignments, deliver, scope_tags, environments, state, adopt, moved_from, waive

    error[SP0104]: unknown key `valeu` in the setting
     --> policies/policy.yaml:4:43
      |
    4 |   Authentication/AllowAadPasswordReset: { valeu: 1, because: we like it }
      |                                           ^^^^^ this key is not known here
      |
    help: Did you mean `value`?
      |
    4 -   Authentication/AllowAadPasswordReset: { valeu: 1, because: we like it }
    4 +   Authentication/AllowAadPasswordReset: { value: 1, because: we like it }
      |

    error[SP0104]: unknown key `because` in the setting
     --> policies/policy.yaml:4:53
      |
    4 |   Authentication/AllowAadPasswordReset: { valeu: 1, because: we like it }
      |                                                     ^^^^^^^ this key is not known here
      |
      = note: known keys: value, enabled, raw, file, base64, unchecked, type, oma_uri, registry

    error[SP0104]: unknown key `filtre` in the target
     --> policies/policy.yaml:7:28
      |
    7 |     - { group: SSPR Pilot, filtre: Windows 11, owner: me }
      |                            ^^^^^^ this key is not known here
      |
    help: Did you mean `filter`?
      |
    7 -     - { group: SSPR Pilot, filtre: Windows 11, owner: me }
    7 +     - { group: SSPR Pilot, filter: Windows 11, owner: me }
      |

    error[SP0104]: unknown key `owner` in the target
     --> policies/policy.yaml:7:48
      |
    7 |     - { group: SSPR Pilot, filtre: Windows 11, owner: me }
      |                                                ^^^^^ this key is not known here
      |
      = note: known keys: group, id, all, filter

    error[SP0104]: unknown key `exlude` in the assignments
     --> policies/policy.yaml:8:3
      |
    8 |   exlude: []
      |   ^^^^^^ this key is not known here
      |
    help: Did you mean `exclude`?
      |
    8 |   exclude: []
      |     +

    error[SP0104]: unknown key `untill` in the waiver
      --> policies/policy.yaml:10:53
       |
    10 |   - { rule: I01, reason: tested, until: 2099-12-31, untill: 2099-12-31 }
       |                                                     ^^^^^^ this key is not known here
       |
       = note: known keys: rule, reason, until

    7 errors, 0 warnings in 1 policy
    exit code 1
    ");
}

#[test]
fn duplicate_keys_show_both_places() {
    let said = check(
        r"
        name: Reset
        name: Reset again
        settings:
          Authentication/AllowAadPasswordReset: 1
          WindowsLogon/HideFastUserSwitching: 0
          Authentication/AllowAadPasswordReset: 0
        registry:
          HKLM\SOFTWARE\Contoso:
            Mode: 1
            Mode: 2
        ",
    );
    assert_snapshot!(said, @"
    error[SP0103]: the key `name` is written twice
     --> policies/policy.yaml:2:1
      |
    1 | name: Reset
      | ---- first written here
    2 | name: Reset again
      | ^^^^ written again here
      |
      = help: keep one of the two

    error[SP0103]: the key `Authentication/AllowAadPasswordReset` is written twice
     --> policies/policy.yaml:6:3
      |
    4 |   Authentication/AllowAadPasswordReset: 1
      |   ------------------------------------ first written here
    5 |   WindowsLogon/HideFastUserSwitching: 0
    6 |   Authentication/AllowAadPasswordReset: 0
      |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ written again here
      |
      = help: keep one of the two

    error[SP0103]: the key `Mode` is written twice
      --> policies/policy.yaml:10:5
       |
     9 |     Mode: 1
       |     ---- first written here
    10 |     Mode: 2
       |     ^^^^ written again here
       |
       = help: keep one of the two

    3 errors, 0 warnings in 1 policy
    exit code 1
    ");
}

#[test]
fn duplicate_keys_next_to_a_number_as_key_are_reported() {
    let said = check(
        r"
        name: Numbers as names of registry values
        registry:
          HKLM\SOFTWARE\Contoso:
            1: one
            2: two
            1: uno
        ",
    );
    assert_snapshot!(said, @"
    error[SP0102]: this file is not valid YAML
     --> policies/policy.yaml:6:5
      |
    6 |     1: uno
      |     ^^^^^^ the key `1` is written twice
      |
      = help: keep one of the two

    1 error, 0 warnings in 1 policy
    exit code 1
    ");
}

#[test]
fn errors_state_what_each_field_accepts() {
    let said = check_briefly(
        r"
        name: [Reset]
        description: 7
        key: { a: b }
        windows: true
        settings: Authentication/AllowAadPasswordReset
        registry: [HKLM\SOFTWARE\Contoso]
        assignments: 7
        deliver: [custom]
        scope_tags: Service Desk
        environments: lab
        state: activ
        adopt: 5f1c0000
        moved_from: old/key
        waive: I01
        ",
    );
    assert_snapshot!(said, @r#"
    policy.yaml:1:7 error[SP0105] expected text, found a list: this is a list
    policy.yaml:2:14 error[SP0105] expected text, found a whole number: this is a whole number (put it in quotes)
    policy.yaml:3:6 error[SP0105] expected text, found a map: this is a map
    policy.yaml:4:10 error[SP0105] expected a release such as "10 1803", or a build number, found true or false: this is true or false
    policy.yaml:5:11 error[SP0105] expected a map, found text: this is text
    policy.yaml:6:11 error[SP0105] expected a map, found a list: this is a list
    policy.yaml:7:14 error[SP0105] expected the name of a target, or `include:` and `exclude:`, found a whole number: this is a whole number
    policy.yaml:8:10 error[SP0105] expected one of `custom`, `settings-catalog`, found a list: this is a list
    policy.yaml:9:13 error[SP0105] expected a list, found text: this is text
    policy.yaml:10:15 error[SP0105] expected a list, found text: this is text
    policy.yaml:11:8 error[SP0105] `activ` is not allowed here: use `active`, `draft`, `retired` (Did you mean `active`?)
    policy.yaml:12:8 error[SP0105] expected a map, found text: this is text
    policy.yaml:13:13 error[SP0105] expected a list, found text: this is text
    policy.yaml:14:8 error[SP0105] expected a list, found text: this is text
    exit code 1
    "#);
}

#[test]
fn errors_state_what_the_parts_of_an_assignment_accept() {
    let said = check_briefly(
        r"
        name: Reset
        settings: { Authentication/AllowAadPasswordReset: 1 }
        assignments:
          include:
            - SSPR Pilot
            - { group: 7 }
            - { id: true }
            - { all: everybody }
            - { group: A, filter: [x] }
            - { group: B, filter: { include: x, exclude: y } }
            - { group: C, filter: {} }
            - { group: D, filter: { not: x } }
            - { group: E, filter: { id: x, exclude: y } }
            - { group: F, filter: { exclude: { nam: y, id: 7 } } }
            - {}
          exclude: Kiosks
        ",
    );
    assert_snapshot!(said, @"
    policy.yaml:5:7 error[SP0105] expected a map for the target, found text: this is text (write `{ group: SSPR Pilot }`)
    policy.yaml:6:16 error[SP0105] expected text, found a whole number: this is a whole number (put it in quotes)
    policy.yaml:7:13 error[SP0105] expected text, found true or false: this is true or false (put it in quotes)
    policy.yaml:8:14 error[SP0105] `everybody` is not allowed here: use `devices`, `users`
    policy.yaml:9:27 error[SP0105] expected a filter's name, `{ id: … }` or `{ exclude: … }`, found a list: this is a list
    policy.yaml:10:27 error[SP0105] expected one of `id:` (with `name:`), `include:` and `exclude:`, found a map: this is a map
    policy.yaml:11:27 error[SP0105] expected one of `id:` (with `name:`), `include:` and `exclude:`, found a map: this is a map
    policy.yaml:12:29 error[SP0104] unknown key `not` in the filter: this key is not known here
    policy.yaml:13:27 error[SP0105] expected one of `id:` (with `name:`), `include:` and `exclude:`, found a map: this is a map
    policy.yaml:14:40 error[SP0104] unknown key `nam` in the filter: this key is not known here (Did you mean `name`?)
    policy.yaml:14:52 error[SP0105] expected text, found a whole number: this is a whole number (put it in quotes)
    policy.yaml:15:7 error[SP0105] a target is either a group or `all:`: write `group: NAME`, `id: …`, `all: devices` or `all: users`
    policy.yaml:16:12 error[SP0105] expected a list, found text: this is text
    exit code 1
    ");
}

#[test]
fn missing_keys_are_named() {
    let said = Repository::lab()
        .with(
            "policies/assignments.yaml",
            "name: A\nsettings: { Camera/AllowCamera: 1 }\nassignments: { exclude: [] }\n",
        )
        .with("policies/name.yaml", "settings: { Camera/AllowCamera: 1 }\n")
        .with("policies/nothing.yaml", "name: Nothing\n")
        .with("policies/waiver.yaml", "name: W\nsettings: { Camera/AllowCamera: 1 }\nwaive: [{ rule: I01 }]\n");
    assert_snapshot!(said.run("check"), @"
    error[SP0106]: `include:` is missing in the assignments
     --> policies/assignments.yaml:3:14
      |
    3 | assignments: { exclude: [] }
      |              ^ write `include:` and a list

    error[SP0106]: `name:` is missing in the policy
     --> policies/name.yaml:1:1
      |
    1 | settings: { Camera/AllowCamera: 1 }
      | ^ write `name:` and text

    error[SP0106]: the policy does not set anything
     --> policies/nothing.yaml:1:1
      |
    1 | name: Nothing
      | ^ add `settings:` or `registry:`

    error[SP0106]: `reason:` is missing in the waiver
     --> policies/waiver.yaml:3:9
      |
    3 | waive: [{ rule: I01 }]
      |         ^ write `reason:` and text

    error[SP0106]: `until:` is missing in the waiver
     --> policies/waiver.yaml:3:9
      |
    3 | waive: [{ rule: I01 }]
      |         ^ write `until:` and text

    5 errors, 0 warnings in 4 policies
    exit code 1
    ");
}

#[test]
fn unsupported_features_are_reported_at_their_line() {
    let repository = Repository::empty()
        .with(
            "sspr-policy.yaml",
            r"
            owner: contoso
            default: production
            environments:
              production:
                tenant: contoso.onmicrosoft.com
                auth: { method: github-oidc, plan: { client_id: 3f2a }, apply: { client_id: 5f1c } }
                login_url: https://login.contoso.example
            ",
        )
        .with("policies/a.yaml", "name: A\nsettings: { Camera/AllowCamera: 1 }\ndeliver: settings-catalog\n");
    assert_snapshot!(repository.run("check"), @"
    error[SP0109]: `deliver: settings-catalog` is not supported yet
     --> policies/a.yaml:3:10
      |
    3 | deliver: settings-catalog
      |          ^^^^^^^^^^^^^^^^ this version can only create custom OMA-URI profiles
      |
      = help: write `custom`, or remove the line

    1 error, 0 warnings in 1 policy
    exit code 1
    ");
}

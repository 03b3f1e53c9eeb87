//! What people write wrongly, and what they are told: one screen each.
#![allow(clippy::unwrap_used)]

mod repository;

use insta::assert_snapshot;
use repository::{Repository, briefly, check, check_briefly};

// -- keys and types --

#[test]
fn everything_wrong_in_one_file_is_said_in_one_run() {
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
    error[SP0105]: expected a text, found a whole number
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
      | ^^^^^^^^^^ not a key that is known here
      |
    help: did you mean `assignments`
      |
    2 | assignments: pilot
      |   +

    error[SP0109]: not yet: `deliver: settings-catalog`
     --> policies/policy.yaml:6:10
      |
    6 | deliver: settings-catalog
      |          ^^^^^^^^^^^^^^^^ this version writes custom OMA-URI profiles only
      |
      = help: write `custom`, or take the line out

    error[SP0105]: `retierd` is none of the words for this
     --> policies/policy.yaml:7:8
      |
    7 | state: retierd
      |        ^^^^^^^ expected one of `active`, `draft`, `retired`
      |
    help: did you mean `retired`
      |
    7 - state: retierd
    7 + state: retired
      |

    4 errors, 0 warnings in 1 policy
    exit code 1
    "#);
}

#[test]
fn unknown_keys_are_named_wherever_they_stand() {
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
      | ^^^^^^ not a key that is known here
      |
      = note: known keys: name, description, key, windows, settings, registry, assignments, deliver, scope_tags, environments, state, adopt, moved_from, waive

    error[SP0104]: unknown key `valeu` in the setting
     --> policies/policy.yaml:4:43
      |
    4 |   Authentication/AllowAadPasswordReset: { valeu: 1, because: we like it }
      |                                           ^^^^^ not a key that is known here
      |
    help: did you mean `value`
      |
    4 -   Authentication/AllowAadPasswordReset: { valeu: 1, because: we like it }
    4 +   Authentication/AllowAadPasswordReset: { value: 1, because: we like it }
      |

    error[SP0104]: unknown key `because` in the setting
     --> policies/policy.yaml:4:53
      |
    4 |   Authentication/AllowAadPasswordReset: { valeu: 1, because: we like it }
      |                                                     ^^^^^^^ not a key that is known here
      |
      = note: known keys: value, enabled, raw, file, base64, unchecked, type, registry

    error[SP0104]: unknown key `filtre` in the target
     --> policies/policy.yaml:7:28
      |
    7 |     - { group: SSPR Pilot, filtre: Windows 11, owner: me }
      |                            ^^^^^^ not a key that is known here
      |
    help: did you mean `filter`
      |
    7 -     - { group: SSPR Pilot, filtre: Windows 11, owner: me }
    7 +     - { group: SSPR Pilot, filter: Windows 11, owner: me }
      |

    error[SP0104]: unknown key `owner` in the target
     --> policies/policy.yaml:7:48
      |
    7 |     - { group: SSPR Pilot, filtre: Windows 11, owner: me }
      |                                                ^^^^^ not a key that is known here
      |
      = note: known keys: group, id, all, filter

    error[SP0104]: unknown key `exlude` in the assignments
     --> policies/policy.yaml:8:3
      |
    8 |   exlude: []
      |   ^^^^^^ not a key that is known here
      |
    help: did you mean `exclude`
      |
    8 |   exclude: []
      |     +

    error[SP0104]: unknown key `untill` in the waiver
      --> policies/policy.yaml:10:53
       |
    10 |   - { rule: I01, reason: tested, until: 2099-12-31, untill: 2099-12-31 }
       |                                                     ^^^^^^ not a key that is known here
       |
       = note: known keys: rule, reason, until

    7 errors, 0 warnings in 1 policy
    exit code 1
    ");
}

#[test]
fn of_two_equal_keys_both_places_are_shown() {
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
    error[SP0103]: the key `name` stands here twice
     --> policies/policy.yaml:2:1
      |
    1 | name: Reset
      | ---- first written here
    2 | name: Reset again
      | ^^^^ written again here
      |
      = help: one of the two values would be lost: keep one

    error[SP0103]: the key `Authentication/AllowAadPasswordReset` stands here twice
     --> policies/policy.yaml:6:3
      |
    4 |   Authentication/AllowAadPasswordReset: 1
      |   ------------------------------------ first written here
    5 |   WindowsLogon/HideFastUserSwitching: 0
    6 |   Authentication/AllowAadPasswordReset: 0
      |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ written again here
      |
      = help: one of the two values would be lost: keep one

    error[SP0103]: the key `Mode` stands here twice
      --> policies/policy.yaml:10:5
       |
     9 |     Mode: 1
       |     ---- first written here
    10 |     Mode: 2
       |     ^^^^ written again here
       |
       = help: one of the two values would be lost: keep one

    3 errors, 0 warnings in 1 policy
    exit code 1
    ");
}

#[test]
fn equal_keys_beside_a_number_as_key_are_found_too() {
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
    error[SP0102]: this is not the YAML that we read
     --> policies/policy.yaml:6:5
      |
    6 |     1: uno
      |     ^^^^^^ the key `1` stands here twice
      |
      = help: one of the two values would be lost: keep one

    1 error, 0 warnings in 1 policy
    exit code 1
    ");
}

#[test]
fn each_field_says_what_it_takes() {
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
    policy.yaml:1:7 error[SP0105] expected a text, found a list: this is a list
    policy.yaml:2:14 error[SP0105] expected a text, found a whole number: this is a whole number (put it in quotes)
    policy.yaml:3:6 error[SP0105] expected a text, found a map: this is a map
    policy.yaml:4:10 error[SP0105] expected a release such as "10 1803", or a build number, found true or false: this is true or false
    policy.yaml:5:11 error[SP0105] expected a map, found a text: this is a text
    policy.yaml:6:11 error[SP0105] expected a map, found a list: this is a list
    policy.yaml:7:14 error[SP0105] expected the name of a target, or `include:` and `exclude:`, found a whole number: this is a whole number
    policy.yaml:8:10 error[SP0105] expected one of `custom`, `settings-catalog`, found a list: this is a list
    policy.yaml:9:13 error[SP0105] expected a list, found a text: this is a text
    policy.yaml:10:15 error[SP0105] expected a list, found a text: this is a text
    policy.yaml:11:8 error[SP0105] `activ` is none of the words for this: expected one of `active`, `draft`, `retired` (did you mean `active`)
    policy.yaml:12:8 error[SP0105] expected a map, found a text: this is a text
    policy.yaml:13:13 error[SP0105] expected a list, found a text: this is a text
    policy.yaml:14:8 error[SP0105] expected a list, found a text: this is a text
    exit code 1
    "#);
}

#[test]
fn the_parts_of_an_assignment_say_what_they_take() {
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
    policy.yaml:5:7 error[SP0105] expected a map for the target, found a text: this is a text (write `{ group: SSPR Pilot }`)
    policy.yaml:6:16 error[SP0105] expected a text, found a whole number: this is a whole number (put it in quotes)
    policy.yaml:7:13 error[SP0105] expected a text, found true or false: this is true or false (put it in quotes)
    policy.yaml:8:14 error[SP0105] `everybody` is none of the words for this: expected one of `devices`, `users`
    policy.yaml:9:27 error[SP0105] expected a filter's name, `{ id: … }` or `{ exclude: … }`, found a list: this is a list
    policy.yaml:10:27 error[SP0105] expected one of `id:` (with `name:`), `include:` and `exclude:`, found a map: this is a map
    policy.yaml:11:27 error[SP0105] expected one of `id:` (with `name:`), `include:` and `exclude:`, found a map: this is a map
    policy.yaml:12:29 error[SP0104] unknown key `not` in the filter: not a key that is known here
    policy.yaml:13:27 error[SP0105] expected one of `id:` (with `name:`), `include:` and `exclude:`, found a map: this is a map
    policy.yaml:14:40 error[SP0104] unknown key `nam` in the filter: not a key that is known here (did you mean `name`)
    policy.yaml:14:52 error[SP0105] expected a text, found a whole number: this is a whole number (put it in quotes)
    policy.yaml:15:7 error[SP0105] a target is either a group or `all:`: write `group: NAME`, `id: …`, `all: devices` or `all: users`
    policy.yaml:16:12 error[SP0105] expected a list, found a text: this is a text
    exit code 1
    ");
}

#[test]
fn what_is_missing_is_named() {
    let said = Repository::new()
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
      | ^ write `name:` and a text

    error[SP0106]: the policy sets nothing
     --> policies/nothing.yaml:1:1
      |
    1 | name: Nothing
      | ^ neither `settings:` nor `registry:` is here

    error[SP0106]: `reason:` is missing in the waiver
     --> policies/waiver.yaml:3:9
      |
    3 | waive: [{ rule: I01 }]
      |         ^ write `reason:` and a text

    error[SP0106]: `until:` is missing in the waiver
     --> policies/waiver.yaml:3:9
      |
    3 | waive: [{ rule: I01 }]
      |         ^ write `until:` and a text

    5 errors, 0 warnings in 4 policies
    exit code 1
    ");
}

#[test]
fn a_key_with_nothing_under_it_is_no_default() {
    let said = check_briefly(
        r#"
        name:
        description: ""
        settings:
          Authentication/AllowAadPasswordReset:
          WindowsLogon/HideFastUserSwitching: ~
        assignments:
        scope_tags: null
        environments: [""]
        "#,
    );
    assert_snapshot!(said, @"
    policy.yaml:1:1 error[SP0105] `name:` has no value: nothing stands here (write a value, or take the line out)
    policy.yaml:2:14 error[SP0105] this text is empty: nothing but space
    policy.yaml:4:39 error[SP0105] this setting has no value: nothing stands here (write a value, or take the line out)
    policy.yaml:5:39 error[SP0105] this setting has no value: nothing stands here (write a value, or take the line out)
    policy.yaml:6:1 error[SP0105] `assignments:` has no value: nothing stands here (write a value, or take the line out)
    policy.yaml:7:1 error[SP0105] `scope_tags:` has no value: nothing stands here (write a value, or take the line out)
    policy.yaml:8:16 error[SP0105] this text is empty: nothing but space
    exit code 1
    ");
}

#[test]
fn yes_and_on_are_texts_and_mended_where_a_truth_value_is_meant() {
    let said = Repository::empty().with(
        "sspr-policy.yaml",
        r"
        owner: contoso
        default: lab
        environments:
          lab: { tenant: sandbox, prune: yes, limits: { allow_all_targets: off } }
        ",
    );
    assert_snapshot!(said.run("check"), @"
    error[SP0105]: expected true or false, found a text
     --> sspr-policy.yaml:4:34
      |
    4 |   lab: { tenant: sandbox, prune: yes, limits: { allow_all_targets: off } }
      |                                  ^^^ this is a text
      |
    help: write `true`
      |
    4 -   lab: { tenant: sandbox, prune: yes, limits: { allow_all_targets: off } }
    4 +   lab: { tenant: sandbox, prune: true, limits: { allow_all_targets: off } }
      |

    error[SP0105]: expected true or false, found a text
     --> sspr-policy.yaml:4:68
      |
    4 |   lab: { tenant: sandbox, prune: yes, limits: { allow_all_targets: off } }
      |                                                                    ^^^ this is a text
      |
    help: write `false`
      |
    4 -   lab: { tenant: sandbox, prune: yes, limits: { allow_all_targets: off } }
    4 +   lab: { tenant: sandbox, prune: yes, limits: { allow_all_targets: false } }
      |

    2 errors, 0 warnings in 0 policies
    exit code 1
    ");
    let said = check(
        r"
        name: Yes
        settings:
          SharedPC/EnableSharedPCMode: yes
          WindowsLogon/DisableLockScreenAppNotifications: off
          Authentication/AllowAadPasswordReset: on
        ",
    );
    assert_snapshot!(said, @"
    error[SP0204]: value is not one of the allowed ones
     --> policies/policy.yaml:3:32
      |
    3 |   SharedPC/EnableSharedPCMode: yes
      |                                ^^^ SharedPC/EnableSharedPCMode takes false (Not configured) or true (Enabled)
      |
      = note: source: DDF February 2026
    help: write `true`
      |
    3 -   SharedPC/EnableSharedPCMode: yes
    3 +   SharedPC/EnableSharedPCMode: true
      |

    error[SP0204]: value is not one of the allowed ones
     --> policies/policy.yaml:4:51
      |
    4 |   WindowsLogon/DisableLockScreenAppNotifications: off
      |                                                   ^^^ WindowsLogon/DisableLockScreenAppNotifications is ADMX-backed: `enabled` or `disabled`
      |
      = note: source: DDF February 2026
    help: write `disabled`
      |
    4 -   WindowsLogon/DisableLockScreenAppNotifications: off
    4 +   WindowsLogon/DisableLockScreenAppNotifications: disabled
      |

    error[SP0204]: value is not one of the allowed ones
     --> policies/policy.yaml:5:41
      |
    5 |   Authentication/AllowAadPasswordReset: on
      |                                         ^^ Authentication/AllowAadPasswordReset takes 0 (Not allowed) or 1 (Allowed)
      |
      = note: source: DDF February 2026

    3 errors, 0 warnings in 1 policy
    exit code 1
    ");
}

#[test]
fn numbers_as_names_are_put_in_quotes() {
    let said = check(
        r"
        name: 2027
        description: 1.50
        settings:
          Camera/AllowCamera: 1
        scope_tags: [2027, true]
        moved_from: [7]
        ",
    );
    assert_snapshot!(said, @r#"
    error[SP0105]: expected a text, found a whole number
     --> policies/policy.yaml:1:7
      |
    1 | name: 2027
      |       ^^^^ this is a whole number
      |
    help: put it in quotes
      |
    1 - name: 2027
    1 + name: "2027"
      |

    error[SP0105]: expected a text, found a number
     --> policies/policy.yaml:2:14
      |
    2 | description: 1.50
      |              ^^^^ this is a number
      |
    help: put it in quotes
      |
    2 - description: 1.50
    2 + description: "1.50"
      |

    error[SP0105]: expected a text, found a whole number
     --> policies/policy.yaml:5:14
      |
    5 | scope_tags: [2027, true]
      |              ^^^^ this is a whole number
      |
    help: put it in quotes
      |
    5 - scope_tags: [2027, true]
    5 + scope_tags: ["2027", true]
      |

    error[SP0105]: expected a text, found true or false
     --> policies/policy.yaml:5:20
      |
    5 | scope_tags: [2027, true]
      |                    ^^^^ this is true or false
      |
    help: put it in quotes
      |
    5 - scope_tags: [2027, true]
    5 + scope_tags: [2027, "true"]
      |

    error[SP0105]: expected a text, found a whole number
     --> policies/policy.yaml:6:14
      |
    6 | moved_from: [7]
      |              ^ this is a whole number
      |
    help: put it in quotes
      |
    6 - moved_from: [7]
    6 + moved_from: ["7"]
      |

    5 errors, 0 warnings in 1 policy
    exit code 1
    "#);
}

// -- YAML --

#[test]
fn files_that_are_no_policy_are_each_said_in_one_run() {
    let utf16: Vec<u8> = "name: Reset\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let repository = Repository::new()
        .with_bytes("policies/ansi.yaml", b"name: Gr\xfc\xdfe\n")
        .with("policies/comment.yaml", "# nothing but a comment\n")
        .with("policies/directory.yaml/inner.yaml", "name: Inner\n")
        .with("policies/documents.yaml", "name: One\n---\nname: Two\n")
        .with("policies/empty.yaml", "")
        .with("policies/list.yaml", "- name: Reset\n")
        .with("policies/null.yaml", "~\n")
        .with("policies/open.yaml", "name: \"Reset\nsettings: {}\n")
        .with("policies/tab.yaml", "name: Reset\nsettings:\n\tCamera/AllowCamera: 1\n")
        .with("policies/text.yaml", "Reset\n")
        .with_bytes("policies/utf-16.yaml", &[&[0xff, 0xfe][..], &utf16].concat());
    assert_snapshot!(repository.run("check"), @"
    error[SP0101]: this file cannot be read
     --> policies/ansi.yaml:1:1
      |
    1 |
      | ^ the file is not UTF-8 (first wrong byte at offset 8); save it as UTF-8

    error[SP0107]: the policy is empty
     --> policies/comment.yaml:1:1
      |
    1 | # nothing but a comment
      | ^ nothing is written here
      |
      = help: `sspr-policy init` writes an example into an empty folder

    error[SP0101]: this file cannot be read
     --> policies/directory.yaml:1:1
      |
    1 |
      | ^ this is a folder, and its name is a policy's

    error[SP0102]: this is not the YAML that we read
     --> policies/documents.yaml:3:1
      |
    3 | name: Two
      | ^^^^^^^^^ the file holds more than one YAML document
      |
      = help: one policy, one file: split it at `---`

    error[SP0107]: the policy is empty
     --> policies/empty.yaml:1:1
      |
    1 |
      | ^ nothing is written here
      |
      = help: `sspr-policy init` writes an example into an empty folder

    error[SP0105]: expected a map for the policy, found a list
     --> policies/list.yaml:1:1
      |
    1 | - name: Reset
      | ^^^^^^^^^^^^^ this is a list

    error[SP0107]: the policy is empty
     --> policies/null.yaml:1:1
      |
    1 | ~
      | ^ nothing is written here
      |
      = help: `sspr-policy init` writes an example into an empty folder

    error[SP0102]: this is not the YAML that we read
     --> policies/open.yaml:2:1
      |
    2 | settings: {}
      | ^^^^^^^^^^^^ invalid indentation in multiline quoted scalar

    error[SP0102]: this is not the YAML that we read
     --> policies/tab.yaml:3:2
      |
    3 |     Camera/AllowCamera: 1
      |     ^^^^^^^^^^^^^^^^^^^^^ tabs disallowed within this context (block indentation)

    error[SP0105]: expected a map for the policy, found a text
     --> policies/text.yaml:1:1
      |
    1 | Reset
      | ^^^^^ this is a text

    error[SP0101]: this file cannot be read
     --> policies/utf-16.yaml:1:1
      |
    1 |
      | ^ the file is UTF-16; save it as UTF-8

    11 errors, 0 warnings in 10 policies
    exit code 1
    ");
}

#[test]
#[cfg(unix)]
fn links_are_followed_to_files_of_the_repository_only() {
    let repository = Repository::new()
        .with("policies/real.yaml", "name: Real\nkey: real\nsettings: { Camera/AllowCamera: 1 }\n")
        .with("elsewhere/twin.yaml", "name: Twin\nsettings: { Camera/AllowCamera: 1 }\n");
    let link = |to: &str, from: &str| std::os::unix::fs::symlink(to, repository.path(from)).unwrap();
    link("/etc/hostname", "policies/secret.yaml");
    link("../..", "policies/up");
    link("..", "policies/here");
    link("loop-2.yaml", "policies/loop-1.yaml");
    link("loop-1.yaml", "policies/loop-2.yaml");
    link("nowhere.yaml", "policies/dangling.yaml");
    link("../elsewhere/twin.yaml", "policies/twin.yaml");
    assert_snapshot!(briefly(&repository), @"
    dangling.yaml:1:1 error[SP0101] this file cannot be read: the link leads nowhere: No such file or directory (os error 2)
    here:1:1 error[SP0101] this file cannot be read: a link to a folder is not followed
    loop-1.yaml:1:1 error[SP0101] this file cannot be read: the link leads nowhere: Too many levels of symbolic links (os error 40)
    loop-2.yaml:1:1 error[SP0101] this file cannot be read: the link leads nowhere: Too many levels of symbolic links (os error 40)
    secret.yaml:1:1 error[SP0101] this file cannot be read: the link leads out of the policy repository
    up:1:1 error[SP0101] this file cannot be read: the link leads out of the policy repository
    exit code 1
    ");
}

#[test]
fn aliases_that_expand_without_bound_are_refused() {
    let laughs = (1..10).map(|at| format!("a{at}: &a{at} [{}]\n", vec![format!("*a{}", at - 1); 9].join(", ")));
    let text = format!("name: Ha\na0: &a0 [ha, ha, ha, ha, ha, ha, ha, ha, ha]\n{}", laughs.collect::<String>());
    let repository = Repository::new()
        .with("policies/deep.yaml", &format!("name: Deep\nsettings: {}{}\n", "[".repeat(5000), "]".repeat(5000)))
        .with("policies/laughs.yaml", &text)
        .with("policies/self.yaml", "name: Self\nsettings: &a { Camera/AllowCamera: *a }\n");
    assert_snapshot!(briefly(&repository), @"
    deep.yaml:2:266 error[SP0102] this is not the YAML that we read: recursion limit exceeded
    laughs.yaml:7:20 error[SP0102] this is not the YAML that we read: the aliases (`*name`) of this file expand without bound, or it holds more than 250,000 values (write the values out, or split the file)
    self.yaml:2:36 error[SP0102] this is not the YAML that we read: this alias (`*name`) stands inside its own anchor (write the value out)
    exit code 1
    ");
}

#[test]
fn an_alias_is_a_copy_and_points_at_its_anchor() {
    let said = check(
        r"
        name: Copies
        settings:
          Camera/AllowCamera: &off 2
          AboveLock/AllowToasts: *off
        ",
    );
    assert_snapshot!(said, @"
    error[SP0204]: value is not one of the allowed ones
     --> policies/policy.yaml:3:28
      |
    3 |   Camera/AllowCamera: &off 2
      |                            ^ Camera/AllowCamera takes 0 (Not allowed) or 1 (Allowed)
      |
      = note: source: DDF February 2026

    error[SP0204]: value is not one of the allowed ones
     --> policies/policy.yaml:4:26
      |
    4 |   AboveLock/AllowToasts: *off
      |                          ^^^^ AboveLock/AllowToasts takes 0 (Not allowed) or 1 (Allowed)
      |
      = note: source: DDF February 2026

    2 errors, 0 warnings in 1 policy
    exit code 1
    ");
}

#[test]
fn merge_keys_tags_and_undefined_aliases_are_refused() {
    let repository = Repository::new()
        .with("policies/alias.yaml", "name: *nobody\n")
        .with("policies/complex.yaml", "name: Reset\nsettings:\n  ? [a, b]\n  : 1\n")
        .with("policies/merge.yaml", "name: Merge\nsettings:\n  <<: { Camera/AllowCamera: 1 }\n")
        .with("policies/tag.yaml", "name: !important Reset\n")
        .with("policies/template.yaml", "name: Reset\nkey: {{ owner }}\n");
    assert_snapshot!(repository.run("check"), @"
    error[SP0102]: this is not the YAML that we read
     --> policies/alias.yaml:1:7
      |
    1 | name: *nobody
      |       ^^^^^^^ alias references unknown anchor

    error[SP0102]: this is not the YAML that we read
     --> policies/complex.yaml:3:5
      |
    3 |   ? [a, b]
      |     ^^^^^^ a key must be a text
      |
      = help: a value that begins with `{` needs 'single quotes'

    error[SP0102]: this is not the YAML that we read
     --> policies/merge.yaml:3:3
      |
    3 |   <<: { Camera/AllowCamera: 1 }
      |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ merge keys (`<<`) are not read here
      |
      = help: write the keys out

    error[SP0102]: this is not the YAML that we read
     --> policies/tag.yaml:1:18
      |
    1 | name: !important Reset
      |                  ^^^^^ unsupported tag `!important`

    error[SP0102]: this is not the YAML that we read
     --> policies/template.yaml:2:7
      |
    2 | key: {{ owner }}
      |       ^^^^^^^^^^ a key must be a text
      |
      = help: a value that begins with `{` needs 'single quotes'

    5 errors, 0 warnings in 5 policies
    exit code 1
    ");
}

#[test]
fn a_byte_order_mark_and_windows_line_ends_move_no_column() {
    let text = "\u{feff}name: Größe 🙂\r\nsettings:\r\n  Camera/AllowCamera: 1\r\n  Camera/AlowCamera: 1 # 🙂\r\n";
    let repository = Repository::new().with_bytes("policies/windows.yaml", text.as_bytes());
    assert_snapshot!(repository.run("check"), @"
    error[SP0201]: unknown setting
     --> policies/windows.yaml:4:3
      |
    4 |   Camera/AlowCamera: 1 # 🙂
      |   ^^^^^^^^^^^^^^^^^ no such node in the catalogue
      |
      = note: source: DDF February 2026
    help: did you mean `Camera/AllowCamera`
      |
    4 |   Camera/AllowCamera: 1 # 🙂
      |            +

    1 error, 0 warnings in 1 policy
    exit code 1
    ");
    let sound = text.replace("  Camera/AlowCamera: 1 # 🙂\r\n", "");
    let repository = Repository::new().with_bytes("policies/windows.yaml", sound.as_bytes());
    assert_snapshot!(repository.run("check"), @"0 errors, 0 warnings in 1 policy");
}

#[test]
fn the_folder_of_the_policies_must_be_there() {
    let repository = Repository::new();
    std::fs::remove_dir(repository.path("policies")).unwrap();
    assert_snapshot!(repository.run("check"), @"0 errors, 0 warnings in 0 policies");
    let repository = repository.with("policies/Reset.YAML", "name: A\n");
    assert_snapshot!(repository.run("check"), @"
    error[SP0101]: this file cannot be read
     --> policies/Reset.YAML:1:1
      |
    1 |
      | ^ a policy's name ends with `.yaml` in small letters

    1 error, 0 warnings in 0 policies
    exit code 1
    ");
}

#[test]
fn a_column_counts_characters_also_after_wide_ones() {
    let said = check_briefly("name: A\nsettings: { \"Größe/🙂\": 1, Camera/AllowCamera: nein }\n");
    assert_snapshot!(said, @"
    policy.yaml:2:13 error[SP0201] unknown setting: no such node in the catalogue (a node that the catalogue does not know: write `type:`, `raw:` and `unchecked:` with the reason)
    policy.yaml:2:47 error[SP0204] value is not one of the allowed ones: Camera/AllowCamera takes 0 (Not allowed) or 1 (Allowed)
    exit code 1
    ");
}

// -- keys of policies --

#[test]
fn two_policies_have_two_keys() {
    let repository = Repository::new()
        .with("policies/a.yaml", "name: A\nsettings: { Camera/AllowCamera: 1 }\n")
        .with("policies/b.yaml", "name: B\nkey: a\nsettings: { AboveLock/AllowToasts: 1 }\n")
        .with("policies/c.yaml", "name: C\nkey: c\nsettings: { Start/HideLock: 0 }\n")
        .with("policies/c.yml", "name: C too\nsettings: { Start/HideSwitchAccount: 0 }\n");
    assert_snapshot!(repository.run("check"), @"
    error[SP0111]: two policies have the key `a`
     --> policies/b.yaml:2:6
      |
    2 | key: a
      |      ^ the key is what tells profiles apart in the tenant
      |
     ::: policies/a.yaml:1:7
      |
    1 | name: A
      |       - the other policy
      |
      = help: give one of them another `key:`

    error[SP0111]: two policies have the key `c`
     --> policies/c.yml:1:7
      |
    1 | name: C too
      |       ^^^^^ the key is what tells profiles apart in the tenant
      |
     ::: policies/c.yaml:2:6
      |
    2 | key: c
      |      - the other policy
      |
      = help: give one of them another `key:`

    2 errors, 0 warnings in 4 policies
    exit code 1
    ");
}

#[test]
fn a_path_that_is_no_key_needs_one() {
    let setting = "settings: { Camera/AllowCamera: 1 }\n";
    let repository = Repository::new()
        .with("policies/SSPR/Reset.yaml", &format!("name: A\n{setting}"))
        .with("policies/With Space.yaml", &format!("name: B\nkey: with-space\n{setting}"))
        .with("policies/wrong.yaml", &format!("name: C\nkey: Wrong Key\nmoved_from: [a//b, ../c]\n{setting}"));
    assert_snapshot!(repository.run("check"), @"
    error[SP0108]: this path gives no key
     --> policies/SSPR/Reset.yaml:1:1
      |
    1 | name: A
      | ^
      |
      = note: a key is the path under `policies/` without `.yaml`: a-z, 0-9, `.`, `_`, `-`, `/`, at most 128
      = help: rename the file, or write an explicit `key:`

    error[SP0108]: `Wrong Key` is no key
     --> policies/wrong.yaml:2:6
      |
    2 | key: Wrong Key
      |      ^^^^^^^^^ a key is made of a-z, 0-9, `.`, `_`, `-` and `/`, not `W`

    error[SP0108]: `a//b` is no key
     --> policies/wrong.yaml:3:14
      |
    3 | moved_from: [a//b, ../c]
      |              ^^^^ a key has no empty part, no `.` and no `..`

    error[SP0108]: `../c` is no key
     --> policies/wrong.yaml:3:20
      |
    3 | moved_from: [a//b, ../c]
      |                    ^^^^ a key has no empty part, no `.` and no `..`

    4 errors, 0 warnings in 3 policies
    exit code 1
    ");
}

// -- names that stand for something --

#[test]
fn a_target_a_variable_and_an_environment_must_be_there() {
    let said = check(
        r"
        name: Windows - ${var:compny}
        settings:
          Camera/AllowCamera: ${var:nothing}
          AboveLock/AllowToasts: ${nothing}
        assignments: pilto
        environments: [lba]
        adopt: { production: 5f1c0000-0000-4000-8000-000000000000 }
        ",
    );
    assert_snapshot!(said, @"
    error[SP0402]: the environment `lab` has no variable `compny`
     --> policies/policy.yaml:1:7
      |
    1 | name: Windows - ${var:compny}
      |       ^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: did you mean `company`

    error[SP0402]: the environment `lab` has no variable `nothing`
     --> policies/policy.yaml:3:23
      |
    3 |   Camera/AllowCamera: ${var:nothing}
      |                       ^^^^^^^^^^^^^^
      |
      = help: write it under `variables:` of `lab` in sspr-policy.yaml

    error[SP0402]: `${nothing}` is no reference that is known
     --> policies/policy.yaml:4:26
      |
    4 |   AboveLock/AllowToasts: ${nothing}
      |                          ^^^^^^^^^^
      |
      = note: references: `${var:name}`, `${env:NAME}`, `${secret-file:path}`; a literal `${` is written `$${`

    error[SP0401]: the environment `lab` has no target `pilto`
     --> policies/policy.yaml:5:14
      |
    5 | assignments: pilto
      |              ^^^^^ neither under `targets:` nor under the environment's own
      |
    help: did you mean `pilot`
      |
    5 - assignments: pilto
    5 + assignments: pilot
      |

    error[SP0404]: there is no environment `lba`
     --> policies/policy.yaml:6:16
      |
    6 | environments: [lba]
      |                ^^^ not in sspr-policy.yaml
      |
      = note: environments: lab
    help: did you mean `lab`
      |
    6 - environments: [lba]
    6 + environments: [lab]
      |

    error[SP0404]: there is no environment `production`
     --> policies/policy.yaml:7:10
      |
    7 | adopt: { production: 5f1c0000-0000-4000-8000-000000000000 }
      |          ^^^^^^^^^^ not in sspr-policy.yaml
      |
      = note: environments: lab

    6 errors, 0 warnings in 1 policy
    exit code 1
    ");
}

#[test]
fn each_environment_is_checked_and_named() {
    let repository = Repository::empty()
        .with(
            "sspr-policy.yaml",
            r"
            owner: contoso
            default: lab
            targets:
              broken: { include: [{ group: '${var:nobody}' }] }
            environments:
              lab: { tenant: sandbox, variables: { minutes: 15 }, targets: { everyone: { include: [{ all: users }] } } }
              production: { tenant: contoso.example, variables: { minutes: fifteen } }
            ",
        )
        .with(
            "policies/lock.yaml",
            r"
            name: Lock
            settings:
              LocalPoliciesSecurityOptions/InteractiveLogon_MachineInactivityLimit: ${var:minutes}
            assignments: everyone
            ",
        )
        .with("policies/other.yaml", "name: O\nsettings: { Camera/AllowCamera: 1 }\nassignments: broken\n");
    assert_snapshot!(repository.run("check"), @"
    error[SP0203]: LocalPoliciesSecurityOptions/InteractiveLogon_MachineInactivityLimit takes a whole number
     --> policies/lock.yaml:3:73
      |
    3 |   LocalPoliciesSecurityOptions/InteractiveLogon_MachineInactivityLimit: ${var:minutes}
      |                                                                         ^^^^^^^^^^^^^^ this is a text
      |
      = note: source: DDF February 2026

    error[SP0401]: the environment `production` has no target `everyone`
     --> policies/lock.yaml:4:14
      |
    4 | assignments: everyone
      |              ^^^^^^^^ neither under `targets:` nor under the environment's own
      |
      = note: targets: broken

    error[SP0402]: the environment `lab` has no variable `nobody`
     --> sspr-policy.yaml:4:32
      |
    4 |   broken: { include: [{ group: '${var:nobody}' }] }
      |                                ^^^^^^^^^^^^^^^
      |
      = help: write it under `variables:` of `lab` in sspr-policy.yaml

    error[SP0402]: the environment `production` has no variable `nobody`
     --> sspr-policy.yaml:4:32
      |
    4 |   broken: { include: [{ group: '${var:nobody}' }] }
      |                                ^^^^^^^^^^^^^^^
      |
      = help: write it under `variables:` of `production` in sspr-policy.yaml

    4 errors, 0 warnings in 2 policies
    exit code 1
    ");
    assert_snapshot!(repository.run("check --env lab policies/lock.yaml"), @"0 errors, 0 warnings in 1 policy");
}

#[test]
fn a_secret_stays_where_nobody_reads_it() {
    let said = check(
        r"
        name: ${env:NAME}
        settings:
          Camera/AllowCamera: ${env:CAMERA}
          Personalization/LockScreenImageUrl: https://contoso.example/${env:TOKEN}
        assignments: { include: [{ group: '${secret-file:group.txt}' }] }
        ",
    );
    assert_snapshot!(said, @"
    error[SP0403]: a secret cannot stand here
     --> policies/policy.yaml:1:7
      |
    1 | name: ${env:NAME}
      |       ^^^^^^^^^^^ this text is shown in plans and in Intune

    error[SP0403]: a secret cannot be this setting's value
     --> policies/policy.yaml:3:23
      |
    3 |   Camera/AllowCamera: ${env:CAMERA}
      |                       ^^^^^^^^^^^^^ Intune shows values of type integer to every reader

    error[SP0403]: a secret cannot stand here
     --> policies/policy.yaml:5:35
      |
    5 | assignments: { include: [{ group: '${secret-file:group.txt}' }] }
      |                                   ^^^^^^^^^^^^^^^^^^^^^^^^^^ this text is shown in plans and in Intune

    3 errors, 0 warnings in 1 policy
    exit code 1
    ");
}

#[test]
fn an_excluded_group_is_a_group_without_filter() {
    let said = check(
        r"
        name: Reset
        settings: { Authentication/AllowAadPasswordReset: 1 }
        assignments:
          include:
            - { group: SSPR Pilot, all: devices }
            - {}
          exclude:
            - { group: Kiosks, filter: Kiosk hardware }
            - { all: users }
        ",
    );
    assert_snapshot!(said, @"
    error[SP0105]: a target is either a group or `all:`
     --> policies/policy.yaml:5:7
      |
    5 |     - { group: SSPR Pilot, all: devices }
      |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ write `group: NAME`, `id: …`, `all: devices` or `all: users`

    error[SP0105]: a target is either a group or `all:`
     --> policies/policy.yaml:6:7
      |
    6 |     - {}
      |       ^ write `group: NAME`, `id: …`, `all: devices` or `all: users`

    error[SP0405]: an excluded group takes no filter
     --> policies/policy.yaml:8:32
      |
    8 |     - { group: Kiosks, filter: Kiosk hardware }
      |                                ^^^^^^^^^^^^^^ Microsoft Graph has no filter on exclusions
      |
      = help: put the filter on an included target, as `filter: { exclude: … }`

    error[SP0104]: unknown key `all` in the excluded group
     --> policies/policy.yaml:9:9
      |
    9 |     - { all: users }
      |         ^^^ not a key that is known here
      |
      = note: known keys: group, id, filter

    4 errors, 0 warnings in 1 policy
    exit code 1
    ");
}

#[test]
fn a_group_stands_in_an_assignment_once() {
    let said = check(
        r"
        name: Reset
        settings: { Authentication/AllowAadPasswordReset: 1 }
        assignments:
          include:
            - { group: SSPR Pilot }
            - { group: SSPR Pilot, filter: Windows 11 }
            - { all: devices }
            - { all: devices }
            - { group: Kiosks }
          exclude:
            - { group: Kiosks }
        ",
    );
    assert_snapshot!(said, @"
    error[SP0406]: `SSPR Pilot` stands here twice
     --> policies/policy.yaml:6:16
      |
    5 |     - { group: SSPR Pilot }
      |                ---------- first here
    6 |     - { group: SSPR Pilot, filter: Windows 11 }
      |                ^^^^^^^^^^ again here
      |
      = note: Graph takes each target once, with one filter

    error[SP0406]: `all devices` stands here twice
     --> policies/policy.yaml:8:7
      |
    7 |     - { all: devices }
      |       -------------- first here
    8 |     - { all: devices }
      |       ^^^^^^^^^^^^^^ again here
      |
      = note: Graph takes each target once, with one filter

    error[SP0406]: `Kiosks` is both included and excluded
      --> policies/policy.yaml:11:16
       |
     9 |     - { group: Kiosks }
       |                ------ first here
    10 |   exclude:
    11 |     - { group: Kiosks }
       |                ^^^^^^ again here
       |
       = note: Graph takes each target once, with one filter

    3 errors, 0 warnings in 1 policy
    exit code 1
    ");
}

// -- settings --

#[test]
fn the_name_of_a_setting_is_that_of_windows() {
    let said = check(
        r#"
        name: Names
        settings:
          WindowsLogon/HideFastUserSwitchin: 0
          windowslogon/enablefirstlogonanimation: 0
          Experience/AllowWindowsSpotlight: 0
          User/Camera/AllowCamera: 1
          ./Vendor/MSFT/Policy/Config/Authentication/AllowAadPasswordReset: 1
          ./Device/Vendor/MSFT/Policy/Config/Browser\AllowPasswordManager: 1
          " AboveLock/AllowToasts": 1
          "AboveLock/ConfigureAudioOnLockScreen ": 1
          ./Device/Vendor/MSFT/Policy/Config/Start/HideLock/: 1
          ./Device/Vendor/MSFT//Personalization/LockScreenImageUrl: x
          Start: 1
          Contoso~Policy~Printing/Mode: 1
          Personalization/LockScreenImageStatus: 1
        "#,
    );
    assert_snapshot!(said, @r#"
    error[SP0201]: unknown setting
     --> policies/policy.yaml:3:3
      |
    3 |   WindowsLogon/HideFastUserSwitchin: 0
      |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ no such node in the catalogue
      |
      = note: source: DDF February 2026
    help: did you mean `WindowsLogon/HideFastUserSwitching`
      |
    3 |   WindowsLogon/HideFastUserSwitching: 0
      |                                    +

    error[SP0201]: unknown setting: Windows tells upper and lower case apart
     --> policies/policy.yaml:4:3
      |
    4 |   windowslogon/enablefirstlogonanimation: 0
      |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ the node is `WindowsLogon/EnableFirstLogonAnimation`
      |
      = note: source: DDF February 2026
    help: write `WindowsLogon/EnableFirstLogonAnimation`
      |
    4 -   windowslogon/enablefirstlogonanimation: 0
    4 +   WindowsLogon/EnableFirstLogonAnimation: 0
      |

    error[SP0202]: this node exists for the user only
     --> policies/policy.yaml:5:3
      |
    5 |   Experience/AllowWindowsSpotlight: 0
      |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ write `User/Experience/AllowWindowsSpotlight`
      |
      = note: source: DDF February 2026
    help: write `User/Experience/AllowWindowsSpotlight`
      |
    5 |   User/Experience/AllowWindowsSpotlight: 0
      |   +++++

    error[SP0202]: this node exists for the device only
     --> policies/policy.yaml:6:3
      |
    6 |   User/Camera/AllowCamera: 1
      |   ^^^^^^^^^^^^^^^^^^^^^^^ write `Device/Camera/AllowCamera`
      |
      = note: source: DDF February 2026
    help: write `Device/Camera/AllowCamera`
      |
    6 -   User/Camera/AllowCamera: 1
    6 +   Device/Camera/AllowCamera: 1
      |

    warning[R02]: device-scope-missing: an OMA-URI without its scope
     --> policies/policy.yaml:7:3
      |
    7 |   ./Vendor/MSFT/Policy/Config/Authentication/AllowAadPasswordReset: 1
      |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ devices were seen to ignore this form
      |
      = note: source: azure-docs#87720, azure-docs#87726, azure-docs PR#87750; `explain R02`
    help: write `./Device/Vendor/MSFT/Policy/Config/Authentication/AllowAadPasswordReset`
      |
    7 |   ./Device/Vendor/MSFT/Policy/Config/Authentication/AllowAadPasswordReset: 1
      |     +++++++

    error[SP0201]: `./Device/Vendor/MSFT/Policy/Config/Browser\AllowPasswordManager` is no setting
     --> policies/policy.yaml:8:3
      |
    8 |   ./Device/Vendor/MSFT/Policy/Config/Browser\AllowPasswordManager: 1
      |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ an OMA-URI holds no backslash: write `/`
      |
      = note: source: DDF February 2026
    help: write `./Device/Vendor/MSFT/Policy/Config/Browser/AllowPasswordManager`
      |
    8 -   ./Device/Vendor/MSFT/Policy/Config/Browser\AllowPasswordManager: 1
    8 +   ./Device/Vendor/MSFT/Policy/Config/Browser/AllowPasswordManager: 1
      |

    error[SP0201]: unknown setting
     --> policies/policy.yaml:9:3
      |
    9 |   " AboveLock/AllowToasts": 1
      |   ^^^^^^^^^^^^^^^^^^^^^^^^ there are stray spaces in it
      |
      = note: source: DDF February 2026
    help: write `AboveLock/AllowToasts`
      |
    9 -   " AboveLock/AllowToasts": 1
    9 +   "AboveLock/AllowToasts": 1
      |

    error[SP0201]: `AboveLock/ConfigureAudioOnLockScreen ` is no setting
      --> policies/policy.yaml:10:3
       |
    10 |   "AboveLock/ConfigureAudioOnLockScreen ": 1
       |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ an OMA-URI holds no space at its ends
       |
       = note: source: DDF February 2026
    help: write `AboveLock/ConfigureAudioOnLockScreen`
       |
    10 -   "AboveLock/ConfigureAudioOnLockScreen ": 1
    10 +   "AboveLock/ConfigureAudioOnLockScreen": 1
       |

    error[SP0201]: `./Device/Vendor/MSFT/Policy/Config/Start/HideLock/` is no setting
      --> policies/policy.yaml:11:3
       |
    11 |   ./Device/Vendor/MSFT/Policy/Config/Start/HideLock/: 1
       |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ an OMA-URI has no empty part (a doubled slash, or one at the end)
       |
       = note: source: DDF February 2026
    help: write `./Device/Vendor/MSFT/Policy/Config/Start/HideLock`
       |
    11 -   ./Device/Vendor/MSFT/Policy/Config/Start/HideLock/: 1
    11 +   ./Device/Vendor/MSFT/Policy/Config/Start/HideLock: 1
       |

    error[SP0201]: `./Device/Vendor/MSFT//Personalization/LockScreenImageUrl` is no setting
      --> policies/policy.yaml:12:3
       |
    12 |   ./Device/Vendor/MSFT//Personalization/LockScreenImageUrl: x
       |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ an OMA-URI has no empty part (a doubled slash, or one at the end)
       |
       = note: source: DDF February 2026
    help: write `./Device/Vendor/MSFT/Personalization/LockScreenImageUrl`
       |
    12 -   ./Device/Vendor/MSFT//Personalization/LockScreenImageUrl: x
    12 +   ./Device/Vendor/MSFT/Personalization/LockScreenImageUrl: x
       |

    error[SP0201]: `Start` is no setting, but a folder of 42 settings
      --> policies/policy.yaml:13:3
       |
    13 |   Start: 1
       |   ^^^^^ an inner node holds no value
       |
       = note: settings in it: `Start/AllowPinnedFolderDocuments`, `Start/AllowPinnedFolderDownloads`, `Start/AllowPinnedFolderFileExplorer`, `Start/AllowPinnedFolderHomeGroup`, …
       = note: source: DDF February 2026
       = help: write one of them: `sspr-policy catalogue search Start`

    error[SP0201]: unknown setting
      --> policies/policy.yaml:14:3
       |
    14 |   Contoso~Policy~Printing/Mode: 1
       |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ no such node in the catalogue
       |
       = note: source: DDF February 2026
       = help: a node that the catalogue does not know: write `type:`, `raw:` and `unchecked:` with the reason

    error[SP0216]: this node cannot be set
      --> policies/policy.yaml:15:3
       |
    15 |   Personalization/LockScreenImageStatus: 1
       |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ it is read-only: devices report with it
       |
       = help: take it out

    12 errors, 1 warning in 1 policy
    exit code 1
    "#);
}

#[test]
fn two_spellings_of_one_node_are_one_setting() {
    let said = check(
        r"
        name: Twice
        settings:
          Camera/AllowCamera: 1
          ./Vendor/MSFT/Policy/Config/Camera/AllowCamera: 1
          Device/Camera/AllowCamera: 0
        ",
    );
    assert_snapshot!(said, @"
    warning[R02]: device-scope-missing: an OMA-URI without its scope
     --> policies/policy.yaml:4:3
      |
    4 |   ./Vendor/MSFT/Policy/Config/Camera/AllowCamera: 1
      |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ devices were seen to ignore this form
      |
      = note: source: azure-docs#87720, azure-docs#87726, azure-docs PR#87750; `explain R02`
    help: write `./Device/Vendor/MSFT/Policy/Config/Camera/AllowCamera`
      |
    4 |   ./Device/Vendor/MSFT/Policy/Config/Camera/AllowCamera: 1
      |     +++++++

    error[SP0205]: Camera/AllowCamera is set twice
     --> policies/policy.yaml:4:3
      |
    3 |   Camera/AllowCamera: 1
      |   ------------------ first set here
    4 |   ./Vendor/MSFT/Policy/Config/Camera/AllowCamera: 1
      |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ another spelling of the same node

    error[SP0205]: Camera/AllowCamera is set twice
     --> policies/policy.yaml:5:3
      |
    4 |   ./Vendor/MSFT/Policy/Config/Camera/AllowCamera: 1
      |   ---------------------------------------------- first set here
    5 |   Device/Camera/AllowCamera: 0
      |   ^^^^^^^^^^^^^^^^^^^^^^^^^ another spelling of the same node

    2 errors, 1 warning in 1 policy
    exit code 1
    ");
}

#[test]
fn intune_takes_a_thousand_settings_in_one_profile() {
    let lines = |count: usize| {
        let line = |at| format!("  DMClient/Provider/P{at}/ConfigRefresh/Enabled: true\n");
        format!("name: Many\nsettings:\n{}", (0..count).map(line).collect::<String>())
    };
    assert_snapshot!(check_briefly(&lines(1000)), @"");
    assert_snapshot!(check(&lines(1001)), @"
    error[SP0206]: 1001 settings in one policy
        --> policies/policy.yaml:1002:3
         |
    1002 |   DMClient/Provider/P999/ConfigRefresh/Enabled: true
         |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ Intune takes at most 1000 in one profile
         |
         = help: split the policy

    1 error, 0 warnings in 1 policy
    exit code 1
    ");
}

#[test]
fn a_setting_that_old_releases_lack_is_a_warning() {
    let said = check(
        r#"
        name: Old
        windows: "10 1709"
        settings:
          Authentication/AllowAadPasswordReset: 1
          AboveLock/AllowActionCenterNotifications: 1
          Personalization/CompanyName: Contoso
        "#,
    );
    assert_snapshot!(said, @r#"
    warning[SP0210]: Microsoft marks this node as deprecated
     --> policies/policy.yaml:5:3
      |
    5 |   AboveLock/AllowActionCenterNotifications: 1
      |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ since 10.0.22000

    warning[SP0209]: Windows 10 1709 (build 16299) has no such node
     --> policies/policy.yaml:6:3
      |
    2 | windows: "10 1709"
      |          --------- the oldest release that must work
    ...
    6 |   Personalization/CompanyName: Contoso
      |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^ it is there with updates: 10.0.22621.3374
      |
      = help: older devices report an error for this setting: raise `windows:`, or move the setting to a policy of its own

    0 errors, 2 warnings in 1 policy
    "#);
    assert_snapshot!(check("name: Old\nwindows: Vista\nsettings: { Camera/AllowCamera: 1 }\n"), @r#"
    error[SP0110]: `Vista` is no release of Windows that is known
     --> policies/policy.yaml:2:10
      |
    2 | windows: Vista
      |          ^^^^^ expected a release such as "10 1803", or a build number
      |
      = note: known releases: 7, 8, 8.1, 10, 10 1507, 10 1511, 10 1607, 10 1703, 10 1709, 10 1803, 10 1809, 10 1903, 10 1909, 10 2004, 10 20H2, 10 21H1, 10 21H2, 10 22H2, 11, 11 21H2, 11 22H2, 11 23H2, 11 24H2, 11 25H2, Server 2019, Server 2022

    1 error, 0 warnings in 1 policy
    exit code 1
    "#);
}

// -- values --

#[test]
fn a_value_is_one_that_the_node_takes() {
    let said = check(
        r"
        name: Values
        settings:
          Authentication/AllowAadPasswordReset: 2
          Camera/AllowCamera: Alowed
          DMClient/Provider/MS DM Server/ConfigRefresh/Cadence: 1441
          Personalization/CompanyName: 'Contoso Limited, all of its companies'
          SharedPC/EnableSharedPCMode: 1
          LocalPoliciesSecurityOptions/InteractiveLogon_SmartCardRemovalBehavior: Panic
          LAPS/Policies/PasswordAgeDays: a month
        ",
    );
    assert_snapshot!(said, @"
    error[SP0204]: value is not one of the allowed ones
     --> policies/policy.yaml:3:41
      |
    3 |   Authentication/AllowAadPasswordReset: 2
      |                                         ^ Authentication/AllowAadPasswordReset takes 0 (Not allowed) or 1 (Allowed)
      |
      = note: source: DDF February 2026

    error[SP0204]: value is not one of the allowed ones
     --> policies/policy.yaml:4:23
      |
    4 |   Camera/AllowCamera: Alowed
      |                       ^^^^^^ Camera/AllowCamera takes 0 (Not allowed) or 1 (Allowed)
      |
      = note: source: DDF February 2026
    help: write `Allowed`
      |
    4 |   Camera/AllowCamera: Allowed
      |                         +

    error[SP0204]: value is not one of the allowed ones
     --> policies/policy.yaml:5:57
      |
    5 |   DMClient/Provider/MS DM Server/ConfigRefresh/Cadence: 1441
      |                                                         ^^^^ DMClient/Provider/{ProviderID}/ConfigRefresh/Cadence takes a number from 30 to 1440
      |
      = note: source: DDF February 2026

    error[SP0204]: value is not one of the allowed ones
     --> policies/policy.yaml:6:32
      |
    6 |   Personalization/CompanyName: 'Contoso Limited, all of its companies'
      |                                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ Personalization/CompanyName takes what matches ^.{1,30}$
      |
      = note: source: DDF February 2026

    error[SP0204]: value is not one of the allowed ones
     --> policies/policy.yaml:7:32
      |
    7 |   SharedPC/EnableSharedPCMode: 1
      |                                ^ SharedPC/EnableSharedPCMode takes false (Not configured) or true (Enabled)
      |
      = note: source: DDF February 2026
    help: write `true`
      |
    7 -   SharedPC/EnableSharedPCMode: 1
    7 +   SharedPC/EnableSharedPCMode: true
      |

    error[SP0204]: value is not one of the allowed ones
     --> policies/policy.yaml:8:75
      |
    8 |   LocalPoliciesSecurityOptions/InteractiveLogon_SmartCardRemovalBehavior: Panic
      |                                                                           ^^^^^ LocalPoliciesSecurityOptions/InteractiveLogon_SmartCardRemovalBehavior takes 0 (No Action), 1 (Lock Workstation), 2 (Force Logoff) or 3
      |
      = note: source: DDF February 2026

    error[SP0203]: LAPS/Policies/PasswordAgeDays takes a whole number
     --> policies/policy.yaml:9:34
      |
    9 |   LAPS/Policies/PasswordAgeDays: a month
      |                                  ^^^^^^^ this is a text
      |
      = note: source: DDF February 2026

    7 errors, 0 warnings in 1 policy
    exit code 1
    ");
}

#[test]
fn the_form_of_a_value_is_that_of_its_node() {
    let said = check_briefly(
        r"
        name: Forms
        settings:
          Authentication/AllowAadPasswordReset: [1]
          Camera/AllowCamera: { enabled: true }
          AboveLock/AllowToasts: { value: 1, raw: '1' }
          Start/HideLock: {}
          Start/HideSwitchAccount: { base64: aGk= }
          Personalization/LockScreenImageUrl: [a, b]
          Personalization/DesktopImageUrl: { base64: '!!!' }
          AboveLock/ConfigureAudioOnLockScreen: { raw: 1 }
          Browser/AllowPasswordManager: { value: 1, type: word }
        ",
    );
    assert_snapshot!(said, @"
    policy.yaml:5:26 error[SP0105] a setting's long form has one value: more than one of `value`, `enabled`, `raw`, `file`, `base64` stands here
    policy.yaml:6:19 error[SP0105] a setting's long form has one value: none of `value`, `enabled`, `raw`, `file`, `base64` stands here
    policy.yaml:10:48 error[SP0105] expected a text, found a whole number: `raw:` is a text as it is sent (write `value: 1`)
    policy.yaml:11:51 error[SP0105] `word` is none of the words for this: expected one of `integer`, `string`, `boolean`, `xml`, `base64`, `float`, `datetime`
    exit code 1
    ");
    let said = check_briefly(
        r"
        name: Forms
        settings:
          Authentication/AllowAadPasswordReset: [1]
          Camera/AllowCamera: { enabled: true }
          Start/HideSwitchAccount: { base64: aGk= }
          Personalization/LockScreenImageUrl: [a, b]
          Personalization/DesktopImageUrl: { base64: '!!!' }
          Contoso/Mode: { raw: x, unchecked: ours }
          Contoso/Number: { value: x, type: integer, unchecked: ours }
          Contoso/Large: { value: 3000000000, type: integer, unchecked: ours }
          Contoso/Flag: { value: 1, type: boolean, unchecked: ours }
          Contoso/Date: { value: 2027-03-31, type: datetime, unchecked: ours }
          Contoso/Float: { value: much, type: float, unchecked: ours }
          Contoso/Bytes: { value: aGk=, type: base64, unchecked: ours }
        ",
    );
    assert_snapshot!(said, @"
    policy.yaml:3:41 error[SP0204] value is not one of the allowed ones: Authentication/AllowAadPasswordReset takes 0 (Not allowed) or 1 (Allowed)
    policy.yaml:4:34 error[SP0203] Camera/AllowCamera is not ADMX-backed: `enabled:` is for ADMX-backed policies only
    policy.yaml:5:38 error[SP0203] this node takes integer, not Base64
    policy.yaml:6:39 error[SP0203] this node takes no list: one value is expected
    policy.yaml:7:46 error[SP0203] this is not Base64: Invalid symbol 33, offset 0.
    policy.yaml:8:17 error[SP0217] the type of this node is not known: write `type:` (integer, string, boolean, xml, base64, float, datetime)
    policy.yaml:9:28 error[SP0203] this node takes a whole number: this is a text
    policy.yaml:10:27 error[SP0204] value is not one of the allowed ones: this node takes a 32-bit whole number
    policy.yaml:11:26 error[SP0203] this node takes true or false: this is a whole number (write `true`)
    policy.yaml:12:26 error[SP0203] this node takes an instant with its zone, as 2027-03-31T08:00:00Z: this is a text
    policy.yaml:13:27 error[SP0203] this node takes a number of single precision: this is a text
    policy.yaml:14:27 error[SP0203] this node takes `{ base64: … }` or `{ file: … }`: this is a text
    exit code 1
    ");
}

#[test]
fn an_admx_backed_policy_is_enabled_or_disabled() {
    let said = check(
        r"
        name: ADMX
        settings:
          WindowsLogon/DisableLockScreenAppNotifications: 0
          WindowsLogon/DontDisplayNetworkSelectionUI: enabeld
          WindowsLogon/ConfigAutomaticRestartSignOn: enabled
          ADMX_ControlPanelDisplay/CPL_Personalization_ForceDefaultLockScreen: { enabled: lock.jpg }
          ADMX_CredentialProviders/DefaultCredentialProvider: { enabled: { DefaultCredentialProvider_Massage: x } }
        ",
    );
    assert_snapshot!(said, @"
    error[SP0203]: WindowsLogon/DisableLockScreenAppNotifications is ADMX-backed
     --> policies/policy.yaml:3:51
      |
    3 |   WindowsLogon/DisableLockScreenAppNotifications: 0
      |                                                   ^ this is a whole number; `enabled` or `disabled` is expected
      |
      = note: source: DDF February 2026
    help: write `disabled`
      |
    3 -   WindowsLogon/DisableLockScreenAppNotifications: 0
    3 +   WindowsLogon/DisableLockScreenAppNotifications: disabled
      |

    error[SP0204]: value is not one of the allowed ones
     --> policies/policy.yaml:4:47
      |
    4 |   WindowsLogon/DontDisplayNetworkSelectionUI: enabeld
      |                                               ^^^^^^^ WindowsLogon/DontDisplayNetworkSelectionUI is ADMX-backed: `enabled` or `disabled`
      |
      = note: source: DDF February 2026
    help: write `enabled`
      |
    4 -   WindowsLogon/DontDisplayNetworkSelectionUI: enabeld
    4 +   WindowsLogon/DontDisplayNetworkSelectionUI: enabled
      |

    error[SP0208]: WindowsLogon/ConfigAutomaticRestartSignOn needs `ConfigAutomaticRestartSignOnDescription`
     --> policies/policy.yaml:5:46
      |
    5 |   WindowsLogon/ConfigAutomaticRestartSignOn: enabled
      |                                              ^^^^^^^ an enabled policy has a value for every element
      |
      = note: write `{ enabled: { ConfigAutomaticRestartSignOnDescription: … } }`
      = note: source: DDF February 2026

    error[SP0208]: ADMX_ControlPanelDisplay/CPL_Personalization_ForceDefaultLockScreen has 2 elements
     --> policies/policy.yaml:6:83
      |
    6 |   ADMX_ControlPanelDisplay/CPL_Personalization_ForceDefaultLockScreen: { enabled: lock.jpg }
      |                                                                                   ^^^^^^^^ a map of elements by id is expected
      |
      = note: elements: LockScreenImage, LockScreenOverlaysDisabled
      = note: source: DDF February 2026

    error[SP0208]: ADMX_CredentialProviders/DefaultCredentialProvider has no element `DefaultCredentialProvider_Massage`
     --> policies/policy.yaml:7:68
      |
    7 |   ADMX_CredentialProviders/DefaultCredentialProvider: { enabled: { DefaultCredentialProvider_Massage: x } }
      |                                                                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = note: elements: DefaultCredentialProvider_Message
      = note: source: DDF February 2026
    help: write `DefaultCredentialProvider_Message`
      |
    7 -   ADMX_CredentialProviders/DefaultCredentialProvider: { enabled: { DefaultCredentialProvider_Massage: x } }
    7 +   ADMX_CredentialProviders/DefaultCredentialProvider: { enabled: { DefaultCredentialProvider_Message: x } }
      |

    5 errors, 0 warnings in 1 policy
    exit code 1
    ");
}

#[test]
fn the_elements_of_an_admx_backed_policy_are_checked() {
    let said = check_briefly(
        r#"
        name: Elements
        settings:
          ADMX_ControlPanelDisplay/CPL_Personalization_ForceDefaultLockScreen:
            enabled: { LockScreenImage: lock.jpg, LockScreenOverlaysDisabled: maybe }
          ADMX_CredentialProviders/DefaultCredentialProvider:
            enabled: "0123456789012345678901234567890123456789012345678"
          WindowsLogon/ConfigAutomaticRestartSignOn: { enabled: 2 }
          InternetExplorer/AllowSiteToZoneAssignmentList: { enabled: [https://intranet.contoso.com] }
          User/InternetExplorer/AllowSiteToZoneAssignmentList: { enabled: { IZ_ZonemapPrompt: { a: [1] } } }
          User/ADMX_WinLogon/CustomShell: { raw: <enabled/> }
          WindowsLogon/EnableMPRNotifications: { raw: <on/> }
          DeviceLock/PreventLockScreenSlideShow: { enabled: { Nothing: 1 } }
          BitLocker/EncryptionMethodByDriveType: { enabled: { a: 1 } }
        "#,
    );
    assert_snapshot!(said, @"
    policy.yaml:4:71 error[SP0208] `LockScreenOverlaysDisabled` takes true or false: this is a text
    policy.yaml:6:14 error[SP0208] `DefaultCredentialProvider_Message` takes at most 48 characters, not 49: this is a text
    policy.yaml:7:57 error[SP0208] `ConfigAutomaticRestartSignOnDescription` takes 0, 1 (Always Enabled): this is a whole number
    policy.yaml:8:62 error[SP0208] `IZ_ZonemapPrompt` takes a map of names and values: this is a list
    policy.yaml:9:87 error[SP0208] `IZ_ZonemapPrompt` takes texts: this is a map
    policy.yaml:10:42 error[SP0208] ADMX_WinLogon/CustomShell needs `CustomShellInst`: an enabled policy has a value for every element
    policy.yaml:11:47 error[SP0208] the payload holds more than <enabled/>, <disabled/> and <data/>
    policy.yaml:12:55 error[SP0208] DeviceLock/PreventLockScreenSlideShow has no element `Nothing`
    policy.yaml:13:55 error[SP0208] BitLocker/EncryptionMethodByDriveType has no element `a`
    exit code 1
    ");
}

#[test]
fn an_item_of_a_list_does_not_hold_its_separator() {
    let said = check(
        r#"
        name: Lists
        settings:
          NetworkProxy/ProxyServer/Exceptions: [intranet.contoso.com, "a;b"]
          UserRights/AllowLocalLogOn: [Administrators, "Users\uF000Guests"]
          Authentication/ConfigureWebSignInAllowedUrls: [{ url: contoso.com }]
        "#,
    );
    assert_snapshot!(said, @r#"
    error[SP0211]: an item holds `;`, which separates the items
     --> policies/policy.yaml:3:63
      |
    3 |   NetworkProxy/ProxyServer/Exceptions: [intranet.contoso.com, "a;b"]
      |                                                               ^^^^^ Windows would take it for two items
      |
      = note: source: DDF February 2026

    error[SP0211]: an item holds `U+F000`, which separates the items
     --> policies/policy.yaml:4:48
      |
    4 |   UserRights/AllowLocalLogOn: [Administrators, "Users\uF000Guests"]
      |                                                ^^^^^^^^^^^^^^^^^^^ Windows would take it for two items
      |
      = note: source: DDF February 2026

    error[SP0203]: an item is a map
     --> policies/policy.yaml:5:50
      |
    5 |   Authentication/ConfigureWebSignInAllowedUrls: [{ url: contoso.com }]
      |                                                  ^^^^^^^^^^^^^^^^^^ a text is expected
      |
      = note: source: DDF February 2026

    3 errors, 0 warnings in 1 policy
    exit code 1
    "#);
}

#[test]
fn a_file_is_one_of_the_repository() {
    let repository = Repository::new()
        .with_bytes("policies/wdac.bin", b"\xff\xff")
        .with("secret.txt", "outside of policies, inside of the repository\n")
        .with(
            "policies/files.yaml",
            r"
            name: Files
            settings:
              AppLocker/ApplicationLaunchRestrictions/A/EXE/Policy: { file: missing.xml }
              AppLocker/ApplicationLaunchRestrictions/B/EXE/Policy: { file: ../../outside.xml }
              AppLocker/ApplicationLaunchRestrictions/C/EXE/Policy: { file: /etc/hostname }
              AppLocker/ApplicationLaunchRestrictions/D/EXE/Policy: { file: wdac.bin }
              AppLocker/ApplicationLaunchRestrictions/E/EXE/Policy: { file: . }
              Camera/AllowCamera: { file: ../secret.txt }
            ",
        );
    assert_snapshot!(repository.run("check"), @"
    error[SP0415]: this file cannot be read
     --> policies/files.yaml:3:65
      |
    3 |   AppLocker/ApplicationLaunchRestrictions/A/EXE/Policy: { file: missing.xml }
      |                                                                 ^^^^^^^^^^^ policies/missing.xml is not there

    error[SP0415]: this file cannot be read
     --> policies/files.yaml:4:65
      |
    4 |   AppLocker/ApplicationLaunchRestrictions/B/EXE/Policy: { file: ../../outside.xml }
      |                                                                 ^^^^^^^^^^^^^^^^^ policies/../../outside.xml lies outside the policy repository

    error[SP0415]: this file cannot be read
     --> policies/files.yaml:5:65
      |
    5 |   AppLocker/ApplicationLaunchRestrictions/C/EXE/Policy: { file: /etc/hostname }
      |                                                                 ^^^^^^^^^^^^^ policies//etc/hostname is not there

    error[SP0415]: the file is not UTF-8
     --> policies/files.yaml:6:65
      |
    6 |   AppLocker/ApplicationLaunchRestrictions/D/EXE/Policy: { file: wdac.bin }
      |                                                                 ^^^^^^^^ a text is expected

    error[SP0415]: this file cannot be read
     --> policies/files.yaml:7:65
      |
    7 |   AppLocker/ApplicationLaunchRestrictions/E/EXE/Policy: { file: . }
      |                                                                 ^ policies/. is a folder

    error[SP0203]: a node of type integer takes no file
     --> policies/files.yaml:8:31
      |
    8 |   Camera/AllowCamera: { file: ../secret.txt }
      |                               ^^^^^^^^^^^^^
      |
      = note: source: DDF February 2026

    6 errors, 0 warnings in 1 policy
    exit code 1
    ");
}

// -- registry --

#[test]
fn a_registry_key_in_double_quotes_loses_its_backslashes() {
    let repository = Repository::new()
        .with("policies/n.yaml", "name: N\nregistry:\n  \"HKLM\\SOFTWARE\\new\": { Mode: 1 }\n")
        .with("policies/valid.yaml", "name: V\nregistry:\n  \"HKLM\\new\\table\": { Mode: 1 }\n");
    assert_snapshot!(repository.run("check"), @r#"
    error[SP0102]: this is not the YAML that we read
     --> policies/n.yaml:3:3
      |
    3 |   "HKLM\SOFTWARE\new": { Mode: 1 }
      |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ while parsing a quoted scalar, found unknown escape character
      |
      = help: in double quotes a backslash begins an escape; write Windows paths without quotes or in 'single quotes'

    error[SP0301]: this is no registry key
     --> policies/valid.yaml:3:3
      |
    3 |   "HKLM\new\table": { Mode: 1 }
      |   ^^^^^^^^^^^^^^^^ the key holds a control character: in double quotes a backslash begins an escape
      |
    help: write the key in 'single quotes', or without quotes
      |
    3 -   "HKLM\new\table": { Mode: 1 }
    3 +   'HKLM\new\table': { Mode: 1 }
      |

    2 errors, 0 warnings in 2 policies
    exit code 1
    "#);
}

#[test]
fn a_registry_key_begins_with_its_hive() {
    let said = check(
        r"
        name: Keys
        registry:
          SOFTWARE\Contoso: { Mode: 1 }
          HKLM/SOFTWARE/Contoso: { Mode: 1 }
          HKXX\Contoso: { Mode: 1 }
          HKLM: { Mode: 1 }
          HKLM\SOFTWARE\\Contoso\: { Mode: 1 }
          HKLM\SOFTWARE\Sound: 1
        ",
    );
    assert_snapshot!(said, @r"
    error[SP0105]: expected values by name, or null to delete the key, found a whole number
     --> policies/policy.yaml:8:24
      |
    8 |   HKLM\SOFTWARE\Sound: 1
      |                        ^ this is a whole number

    1 error, 0 warnings in 1 policy
    exit code 1
    ");
    let said = check(
        r"
        name: Keys
        registry:
          SOFTWARE\Contoso: { Mode: 1 }
          HKLM/SOFTWARE/Contoso: { Mode: 1 }
          HKXX\Contoso: { Mode: 1 }
          HKLM: { Mode: 1 }
          HKLM\SOFTWARE\\Contoso\: { Mode: 1 }
        ",
    );
    assert_snapshot!(said, @r"
    error[SP0301]: this is no registry key
     --> policies/policy.yaml:3:3
      |
    3 |   SOFTWARE\Contoso: { Mode: 1 }
      |   ^^^^^^^^^^^^^^^^ a registry key begins with HKLM, HKCU, HKCR, HKU or HKCC and a backslash

    error[SP0301]: this is no registry key
     --> policies/policy.yaml:4:3
      |
    4 |   HKLM/SOFTWARE/Contoso: { Mode: 1 }
      |   ^^^^^^^^^^^^^^^^^^^^^ a registry key is written with backslashes
      |
    help: write `HKLM\SOFTWARE\Contoso`
      |
    4 -   HKLM/SOFTWARE/Contoso: { Mode: 1 }
    4 +   HKLM\SOFTWARE\Contoso: { Mode: 1 }
      |

    error[SP0301]: this is no registry key
     --> policies/policy.yaml:5:3
      |
    5 |   HKXX\Contoso: { Mode: 1 }
      |   ^^^^^^^^^^^^ a registry key begins with HKLM, HKCU, HKCR, HKU or HKCC and a backslash

    error[SP0301]: this is no registry key
     --> policies/policy.yaml:6:3
      |
    6 |   HKLM: { Mode: 1 }
      |   ^^^^ a registry key begins with HKLM, HKCU, HKCR, HKU or HKCC and a backslash

    error[SP0301]: this is no registry key
     --> policies/policy.yaml:7:3
      |
    7 |   HKLM\SOFTWARE\\Contoso\: { Mode: 1 }
      |   ^^^^^^^^^^^^^^^^^^^^^^^ the key has an empty part (a doubled backslash, or one at the end)

    5 errors, 0 warnings in 1 policy
    exit code 1
    ");
}

#[test]
fn registry_data_has_a_type_of_windows() {
    let said = check_briefly(
        r#"
        name: Data
        registry:
          HKLM\SOFTWARE\Contoso:
            Float: 1.5
            Large: 4294967296
            Negative: -1
            Bool: true
            Two: { sz: a, dword: 1 }
            None: {}
            Kind: { word: 1 }
            Hex: { binary: 01 f }
            Number: { binary: 1 }
            Letters: { binary: xyz0 }
            Dword: { dword: "0x1ffffffff" }
            Qword: { qword: much }
            Text: { expand_sz: 7 }
            List: { multi_sz: one }
            Empty: [a, ""]
            Mixed: [a, 1]
            "Line\nbreak": 1
            Nul: "a\0b"
        "#,
    );
    assert_snapshot!(said, @r#"
    policy.yaml:4:12 error[SP0302] `Float` cannot hold this: the registry holds whole numbers only
    policy.yaml:5:12 error[SP0302] `Large` cannot hold this: 4294967296 is more than 4294967295; a larger number is `{ qword: … }`
    policy.yaml:6:15 error[SP0302] `Negative` cannot hold this: -1 is less than 0; registry numbers have no sign
    policy.yaml:7:11 error[SP0302] `Bool` cannot hold this: true and false are no registry data (write `1`)
    policy.yaml:8:10 error[SP0302] `Two` cannot hold this: one type by name is expected, such as `{ expand_sz: "%SystemRoot%" }`
    policy.yaml:9:11 error[SP0302] `None` cannot hold this: one type by name is expected, such as `{ expand_sz: "%SystemRoot%" }`
    policy.yaml:10:11 error[SP0302] `Kind` cannot hold this: `word` is no registry type; types: sz, expand_sz, multi_sz, dword, dword_big_endian, qword, binary, none
    policy.yaml:11:10 error[SP0302] `Hex` cannot hold this: expected pairs of hexadecimal digits, such as "01 ff"
    policy.yaml:12:13 error[SP0302] `Number` cannot hold this: expected hexadecimal digits in quotes, such as "01 ff", not a whole number
    policy.yaml:13:14 error[SP0302] `Letters` cannot hold this: expected pairs of hexadecimal digits, such as "01 ff"
    policy.yaml:14:12 error[SP0302] `Dword` cannot hold this: this is no number up to 4294967295
    policy.yaml:15:12 error[SP0302] `Qword` cannot hold this: this is no number up to 18446744073709551615
    policy.yaml:16:11 error[SP0302] `Text` cannot hold this: `expand_sz` takes a text, not a whole number
    policy.yaml:17:11 error[SP0302] `List` cannot hold this: `multi_sz` takes a list of texts, not a text
    policy.yaml:18:12 error[SP0302] `Empty` cannot hold this: REG_MULTI_SZ cannot hold an empty text: it ends the list
    policy.yaml:19:12 error[SP0302] `Mixed` cannot hold this: REG_MULTI_SZ holds texts, not a whole number: put it in quotes
    policy.yaml:20:5 error[SP0301] this is no name of a registry value: a value's name has at most 16,383 characters and no control characters
    policy.yaml:21:10 error[SP0302] `Nul` cannot hold this: a registry text holds no NUL
    exit code 1
    "#);
}

#[test]
fn windows_does_not_tell_upper_and_lower_case_apart_in_the_registry() {
    let said = check(
        r"
        name: Case
        registry:
          HKLM\SOFTWARE\Contoso: { Mode: 1, MODE: 2 }
          hklm\software\contoso: { mode: 3 }
          HKLM\SOFTWARE\Old:
          HKEY_LOCAL_MACHINE\SOFTWARE\OLD:
        ",
    );
    assert_snapshot!(said, @r"
    error[SP0205]: this registry value stands here twice
     --> policies/policy.yaml:3:43
      |
    3 |   HKLM\SOFTWARE\Contoso: { Mode: 1, MODE: 2 }
      |                                  -        ^ written again here
      |                                  |
      |                                  first written here
      |
      = note: Windows does not tell upper and lower case apart in names of keys and values

    error[SP0205]: this registry value stands here twice
     --> policies/policy.yaml:4:34
      |
    3 |   HKLM\SOFTWARE\Contoso: { Mode: 1, MODE: 2 }
      |                                  - first written here
    4 |   hklm\software\contoso: { mode: 3 }
      |                                  ^ written again here
      |
      = note: Windows does not tell upper and lower case apart in names of keys and values

    error[SP0205]: this registry key stands here twice
     --> policies/policy.yaml:6:3
      |
    5 |   HKLM\SOFTWARE\Old:
      |   ----------------- first written here
    6 |   HKEY_LOCAL_MACHINE\SOFTWARE\OLD:
      |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ written again here
      |
      = note: Windows does not tell upper and lower case apart in names of keys and values

    3 errors, 0 warnings in 1 policy
    exit code 1
    ");
}

// -- not yet --

#[test]
fn what_a_later_version_brings_is_said_on_its_line() {
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
    error[SP0109]: not yet: `deliver: settings-catalog`
     --> policies/a.yaml:3:10
      |
    3 | deliver: settings-catalog
      |          ^^^^^^^^^^^^^^^^ this version writes custom OMA-URI profiles only
      |
      = help: write `custom`, or take the line out

    1 error, 0 warnings in 1 policy
    exit code 1
    ");
}

// -- the configuration --

#[test]
fn a_wrong_configuration_hides_nothing_and_is_not_hidden() {
    let repository = Repository::empty()
        .with("sspr-policy.yaml", "owner: contoso\ndefault: lab\nenvironment: { lab: { tenant: sandbox } }\n")
        .with("policies/a.yaml", "name: A\nsetings: { Camera/AllowCamera: 1 }\n")
        .with("policies/b.yaml", "name: B\nsettings: { Camera/AllowCamera: 1 }\n");
    assert_snapshot!(briefly(&repository), @"
    a.yaml:2:1 error[SP0104] unknown key `setings` in the policy: not a key that is known here (did you mean `settings`)
    sspr-policy.yaml:1:1 error[SP0106] `environments:` is missing in the configuration: write `environments:` and a map
    sspr-policy.yaml:3:1 error[SP0104] unknown key `environment` in the configuration: not a key that is known here (did you mean `environments`)
    exit code 1
    ");
    assert_snapshot!(repository.run("check policies/b.yaml"), @"
    error[SP0106]: `environments:` is missing in the configuration
     --> sspr-policy.yaml:1:1
      |
    1 | owner: contoso
      | ^ write `environments:` and a map

    error[SP0104]: unknown key `environment` in the configuration
     --> sspr-policy.yaml:3:1
      |
    3 | environment: { lab: { tenant: sandbox } }
      | ^^^^^^^^^^^ not a key that is known here
      |
    help: did you mean `environments`
      |
    3 | environments: { lab: { tenant: sandbox } }
      |            +

    2 errors, 0 warnings in 1 policy
    exit code 1
    ");
    assert_snapshot!(repository.run("check --output-format github"), @"
    ::error file=policies/a.yaml,line=2,col=1,title=SP0104::unknown key `setings` in the policy: not a key that is known here (did you mean `settings`)
    ::error file=sspr-policy.yaml,line=1,col=1,title=SP0106::`environments:` is missing in the configuration: write `environments:` and a map
    ::error file=sspr-policy.yaml,line=3,col=1,title=SP0104::unknown key `environment` in the configuration: not a key that is known here (did you mean `environments`)
    3 errors, 0 warnings in 2 policies
    exit code 1
    ");
}

fn configure(text: &str) -> String {
    Repository::empty().with("sspr-policy.yaml", text).run("check")
}

#[test]
fn a_configuration_has_an_owner_a_default_and_environments() {
    assert_snapshot!(configure("environments: { lab: { tenant: sandbox } }\n"), @"
    error[SP0106]: `default:` is missing in the configuration
     --> sspr-policy.yaml:1:1
      |
    1 | environments: { lab: { tenant: sandbox } }
      | ^ write `default:` and a text

    error[SP0106]: `owner:` is missing in the configuration
     --> sspr-policy.yaml:1:1
      |
    1 | environments: { lab: { tenant: sandbox } }
      | ^ write `owner:` and a text

    2 errors, 0 warnings in 0 policies
    exit code 1
    ");
    assert_snapshot!(configure(""), @"
    error[SP0107]: the configuration is empty
     --> sspr-policy.yaml:1:1
      |
    1 |
      | ^ nothing is written here
      |
      = help: `sspr-policy init` writes an example into an empty folder

    1 error, 0 warnings in 0 policies
    exit code 1
    ");
    assert_snapshot!(configure("owner: contoso\ndefault: lab\nenvironments: {}\n"), @"
    error[SP0404]: there is no environment `lab`
     --> sspr-policy.yaml:2:10
      |
    2 | default: lab
      |          ^^^ the default must be one of `environments:`
      |
      = note: no environment is written

    1 error, 0 warnings in 0 policies
    exit code 1
    ");
}

#[test]
fn the_configuration_is_checked_as_policies_are() {
    let said = configure(
        r"
        owner: Contoso Ltd
        default: lab
        targets:
          pilot: { include: [], exclude: [{ group: A, filter: B }] }
        environments:
          production: { tenant: contoso.onmicrosoft.com, clud: global }
          lab: { cloud: moon, auth: { method: password } }
          wrong: { tenant: [a], limits: { max_changes: -1, max_deletes: few }, seed: { groups: A } }
        ",
    );
    assert_snapshot!(said, @"
    error[SP0112]: `Contoso Ltd` is no owner
     --> sspr-policy.yaml:1:8
      |
    1 | owner: Contoso Ltd
      |        ^^^^^^^^^^^ an owner is made of a-z, 0-9, `.`, `_` and `-`, not `C`

    error[SP0405]: an excluded group takes no filter
     --> sspr-policy.yaml:4:55
      |
    4 |   pilot: { include: [], exclude: [{ group: A, filter: B }] }
      |                                                       ^ Microsoft Graph has no filter on exclusions
      |
      = help: put the filter on an included target, as `filter: { exclude: … }`

    error[SP0104]: unknown key `clud` in the environment
     --> sspr-policy.yaml:6:50
      |
    6 |   production: { tenant: contoso.onmicrosoft.com, clud: global }
      |                                                  ^^^^ not a key that is known here
      |
    help: did you mean `cloud`
      |
    6 |   production: { tenant: contoso.onmicrosoft.com, cloud: global }
      |                                                    +

    error[SP0106]: `tenant:` is missing in the environment
     --> sspr-policy.yaml:7:8
      |
    7 |   lab: { cloud: moon, auth: { method: password } }
      |        ^ write `tenant:` and a text

    error[SP0105]: `moon` is none of the words for this
     --> sspr-policy.yaml:7:17
      |
    7 |   lab: { cloud: moon, auth: { method: password } }
      |                 ^^^^ expected one of `global`, `usgov-high`, `usgov-dod`, `china`

    error[SP0105]: `password` is none of the words for this
     --> sspr-policy.yaml:7:39
      |
    7 |   lab: { cloud: moon, auth: { method: password } }
      |                                       ^^^^^^^^ expected one of `auto`, `token`, `github-oidc`, `azure-devops-oidc`, `workload-identity`, `managed-identity`, `client-certificate`, `client-secret`, `azure-cli`, `device-code`, `browser`

    error[SP0105]: expected a text, found a list
     --> sspr-policy.yaml:8:20
      |
    8 |   wrong: { tenant: [a], limits: { max_changes: -1, max_deletes: few }, seed: { groups: A } }
      |                    ^^ this is a list

    error[SP0105]: expected a whole number from 0, found -1
     --> sspr-policy.yaml:8:48
      |
    8 |   wrong: { tenant: [a], limits: { max_changes: -1, max_deletes: few }, seed: { groups: A } }
      |                                                ^^ out of range

    error[SP0105]: expected a whole number from 0, found a text
     --> sspr-policy.yaml:8:65
      |
    8 |   wrong: { tenant: [a], limits: { max_changes: -1, max_deletes: few }, seed: { groups: A } }
      |                                                                 ^^^ this is a text

    error[SP0105]: expected a list, found a text
     --> sspr-policy.yaml:8:88
      |
    8 |   wrong: { tenant: [a], limits: { max_changes: -1, max_deletes: few }, seed: { groups: A } }
      |                                                                                        ^ this is a text

    10 errors, 0 warnings in 0 policies
    exit code 1
    ");
}

#[test]
fn two_environments_are_two_tenants() {
    let said = configure(
        r"
        owner: contoso
        default: prodcution
        environments:
          production: { tenant: contoso.onmicrosoft.com }
          copy: { tenant: Contoso.onmicrosoft.com }
          behind-proxy: { tenant: contoso.onmicrosoft.com, graph_url: https://proxy.contoso.example }
        ",
    );
    assert_snapshot!(said, @"
    error[SP0404]: there is no environment `prodcution`
     --> sspr-policy.yaml:2:10
      |
    2 | default: prodcution
      |          ^^^^^^^^^^ the default must be one of `environments:`
      |
      = note: environments: production, copy, behind-proxy
      = help: did you mean `production`

    error[SP0408]: `production` and `copy` are the same tenant
     --> sspr-policy.yaml:5:19
      |
    4 |   production: { tenant: contoso.onmicrosoft.com }
      |                         ----------------------- named here first
    5 |   copy: { tenant: Contoso.onmicrosoft.com }
      |                   ^^^^^^^^^^^^^^^^^^^^^^^ with the same owner, each would undo the other's work
      |
      = help: keep one of them, or give the other its own repository and owner

    2 errors, 0 warnings in 0 policies
    exit code 1
    ");
}

#[test]
fn plain_http_does_not_leave_the_machine() {
    let said = configure(
        r#"
        owner: contoso
        default: a
        environments:
          a: { tenant: a.example, graph_url: http://127.0.0.1:8899 }
          b: { tenant: b.example, graph_url: http://graph.contoso.example }
          c: { tenant: c.example, graph_url: ftp://contoso.example, login_url: http://10.0.0.1 }
          d: { tenant: d.example, graph_url: "http://[::1]:8899" }
          f: { tenant: f.example, graph_url: http://localhost.evil.example }
        "#,
    );
    assert_snapshot!(said, @"
    error[SP0410]: this server cannot be used
     --> sspr-policy.yaml:5:38
      |
    5 |   b: { tenant: b.example, graph_url: http://graph.contoso.example }
      |                                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ plain http is for this machine only: use https

    error[SP0410]: this server cannot be used
     --> sspr-policy.yaml:6:38
      |
    6 |   c: { tenant: c.example, graph_url: ftp://contoso.example, login_url: http://10.0.0.1 }
      |                                      ^^^^^^^^^^^^^^^^^^^^^ expected `https://…`, or `http://` to loopback

    error[SP0410]: this server cannot be used
     --> sspr-policy.yaml:6:72
      |
    6 |   c: { tenant: c.example, graph_url: ftp://contoso.example, login_url: http://10.0.0.1 }
      |                                                                        ^^^^^^^^^^^^^^^ plain http is for this machine only: use https

    error[SP0410]: this server cannot be used
     --> sspr-policy.yaml:8:38
      |
    8 |   f: { tenant: f.example, graph_url: http://localhost.evil.example }
      |                                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ plain http is for this machine only: use https

    4 errors, 0 warnings in 0 policies
    exit code 1
    ");
}

/// What people write first.
#[test]
fn a_target_without_its_kind() {
    let policy = "name: A\nsettings: { Camera/AllowCamera: 1 }\nassignments:\n  include: [SSPR Pilot, All devices]\n  exclude: [\"Bob's PCs\"]\n";
    let repository = Repository::empty()
        .with("sspr-policy.yaml", "owner: contoso\ndefault: a\nenvironments: { a: { tenant: sandbox } }\n")
        .with("policies/a.yaml", policy);
    assert_snapshot!(repository.run("check"), @r#"
    error[SP0105]: expected a map for the target, found a text
     --> policies/a.yaml:4:13
      |
    4 |   include: [SSPR Pilot, All devices]
      |             ^^^^^^^^^^ this is a text
      |
    help: write `{ group: SSPR Pilot }`
      |
    4 -   include: [SSPR Pilot, All devices]
    4 +   include: [{ group: SSPR Pilot }, All devices]
      |

    error[SP0105]: expected a map for the target, found a text
     --> policies/a.yaml:4:25
      |
    4 |   include: [SSPR Pilot, All devices]
      |                         ^^^^^^^^^^^ this is a text
      |
    help: write `{ all: devices }`
      |
    4 -   include: [SSPR Pilot, All devices]
    4 +   include: [SSPR Pilot, { all: devices }]
      |

    error[SP0105]: expected a map for the target, found a text
     --> policies/a.yaml:5:13
      |
    5 |   exclude: ["Bob's PCs"]
      |             ^^^^^^^^^^^ this is a text
      |
    help: write `{ group: "Bob's PCs" }`
      |
    5 -   exclude: ["Bob's PCs"]
    5 +   exclude: [{ group: "Bob's PCs" }]
      |

    3 errors, 0 warnings in 1 policy
    exit code 1
    "#);
}

//! Keys of policies, and names of targets, variables, secrets and groups.

use insta::assert_snapshot;

use crate::harness::repository::{Repository, check};

#[test]
fn two_policies_cannot_have_the_same_key() {
    let repository = Repository::lab()
        .with("policies/a.yaml", "name: A\nsettings: { Camera/AllowCamera: 1 }\n")
        .with("policies/b.yaml", "name: B\nkey: a\nsettings: { AboveLock/AllowToasts: 1 }\n")
        .with("policies/c.yaml", "name: C\nkey: c\nsettings: { Start/HideLock: 0 }\n")
        .with("policies/c.yml", "name: C too\nsettings: { Start/HideSwitchAccount: 0 }\n");
    assert_snapshot!(repository.run("check"), @"
    error[SP0111]: two policies have the key `a`
     --> policies/b.yaml:2:6
      |
    2 | key: a
      |      ^ a key identifies one profile in the tenant
      |
     ::: policies/a.yaml:1:7
      |
    1 | name: A
      |       - the other policy
      |
      = help: give one of them a different `key:`

    error[SP0111]: two policies have the key `c`
     --> policies/c.yml:1:7
      |
    1 | name: C too
      |       ^^^^^ a key identifies one profile in the tenant
      |
     ::: policies/c.yaml:2:6
      |
    2 | key: c
      |      - the other policy
      |
      = help: give one of them a different `key:`

    2 errors (SP0111), 0 warnings in 4 policies
    exit code 1
    ");
}

#[test]
fn a_path_that_cannot_be_a_key_needs_one() {
    let setting = "settings: { Camera/AllowCamera: 1 }\n";
    let repository = Repository::lab()
        .with("policies/SSPR/Reset.yaml", &format!("name: A\n{setting}"))
        .with("policies/With Space.yaml", &format!("name: B\nkey: with-space\n{setting}"))
        .with("policies/wrong.yaml", &format!("name: C\nkey: Wrong Key\nmoved_from: [a//b, ../c]\n{setting}"));
    assert_snapshot!(repository.run("check"), @"
    error[SP0108]: `Wrong Key` cannot be used as a key
     --> policies/wrong.yaml:2:6
      |
    2 | key: Wrong Key
      |      ^^^^^^^^^ a key can contain only a-z, 0-9, `.`, `_`, `-` and `/`, not `W`

    error[SP0108]: `a//b` cannot be used as a key
     --> policies/wrong.yaml:3:14
      |
    3 | moved_from: [a//b, ../c]
      |              ^^^^ no part of a key can be empty, `.` or `..`

    error[SP0108]: `../c` cannot be used as a key
     --> policies/wrong.yaml:3:20
      |
    3 | moved_from: [a//b, ../c]
      |                    ^^^^ no part of a key can be empty, `.` or `..`

    3 errors (SP0108), 0 warnings in 3 policies
    exit code 1
    ");
}

#[test]
fn a_target_a_variable_and_an_environment_must_exist() {
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
      = help: Did you mean `company`?

    error[SP0402]: the environment `lab` has no variable `nothing`
     --> policies/policy.yaml:3:23
      |
    3 |   Camera/AllowCamera: ${var:nothing}
      |                       ^^^^^^^^^^^^^^
      |
      = help: define it under `variables:` of `lab` in sspr-policy.yaml

    error[SP0402]: `${nothing}` is not a known reference
     --> policies/policy.yaml:4:26
      |
    4 |   AboveLock/AllowToasts: ${nothing}
      |                          ^^^^^^^^^^
      |
      = note: use `${var:name}`, `${env:NAME}` or `${secret-file:path}`; for a literal `${`, write `$${`

    error[SP0401]: the environment `lab` has no target `pilto`
     --> policies/policy.yaml:5:14
      |
    5 | assignments: pilto
      |              ^^^^^ not found under `targets:` of the file or of the environment
      |
    help: Did you mean `pilot`?
      |
    5 - assignments: pilto
    5 + assignments: pilot
      |

    error[SP0404]: the environment `lba` does not exist
     --> policies/policy.yaml:6:16
      |
    6 | environments: [lba]
      |                ^^^ not defined in sspr-policy.yaml
      |
      = note: environments: lab
    help: Did you mean `lab`?
      |
    6 - environments: [lba]
    6 + environments: [lab]
      |

    error[SP0404]: the environment `production` does not exist
     --> policies/policy.yaml:7:10
      |
    7 | adopt: { production: 5f1c0000-0000-4000-8000-000000000000 }
      |          ^^^^^^^^^^ not defined in sspr-policy.yaml
      |
      = note: environments: lab

    6 errors (SP0401, SP0402, SP0404), 0 warnings in 1 policy
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
      |                                                                         ^^^^^^^^^^^^^^ this is text
      |
      = note: source: DDF February 2026

    error[SP0401]: the environment `production` has no target `everyone`
     --> policies/lock.yaml:4:14
      |
    4 | assignments: everyone
      |              ^^^^^^^^ not found under `targets:` of the file or of the environment
      |
      = note: targets: broken

    error[SP0402]: the environment `lab` has no variable `nobody`
     --> sspr-policy.yaml:4:32
      |
    4 |   broken: { include: [{ group: '${var:nobody}' }] }
      |                                ^^^^^^^^^^^^^^^
      |
      = help: define it under `variables:` of `lab` in sspr-policy.yaml

    error[SP0402]: the environment `production` has no variable `nobody`
     --> sspr-policy.yaml:4:32
      |
    4 |   broken: { include: [{ group: '${var:nobody}' }] }
      |                                ^^^^^^^^^^^^^^^
      |
      = help: define it under `variables:` of `production` in sspr-policy.yaml

    4 errors (SP0203, SP0401, SP0402), 0 warnings in 2 policies
    exit code 1
    ");
    assert_snapshot!(repository.run("check --env lab policies/lock.yaml"), @"0 errors, 0 warnings in 1 policy");
}

#[test]
fn a_secret_is_refused_where_people_can_read_it() {
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
    error[SP0403]: a secret cannot be used here
     --> policies/policy.yaml:1:7
      |
    1 | name: ${env:NAME}
      |       ^^^^^^^^^^^ this text is visible in plans and in Intune

    error[SP0403]: a secret cannot be used for this setting
     --> policies/policy.yaml:3:23
      |
    3 |   Camera/AllowCamera: ${env:CAMERA}
      |                       ^^^^^^^^^^^^^ Intune shows values of type integer to everyone who can read the profile

    error[SP0403]: a secret cannot be used here
     --> policies/policy.yaml:5:35
      |
    5 | assignments: { include: [{ group: '${secret-file:group.txt}' }] }
      |                                   ^^^^^^^^^^^^^^^^^^^^^^^^^^ this text is visible in plans and in Intune

    3 errors (SP0403), 0 warnings in 1 policy
    exit code 1
    ");
}

#[test]
fn an_excluded_group_cannot_have_a_filter() {
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

    error[SP0405]: an excluded group cannot have a filter
     --> policies/policy.yaml:8:32
      |
    8 |     - { group: Kiosks, filter: Kiosk hardware }
      |                                ^^^^^^^^^^^^^^ Microsoft Graph does not support filters on exclusions
      |
      = help: put the filter on an included target, as `filter: { exclude: … }`

    error[SP0104]: unknown key `all` in the excluded group
     --> policies/policy.yaml:9:9
      |
    9 |     - { all: users }
      |         ^^^ this key is not known here
      |
      = note: known keys: group, id, filter

    4 errors (SP0104, SP0105, SP0405), 0 warnings in 1 policy
    exit code 1
    ");
}

#[test]
fn a_group_can_be_assigned_only_once() {
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
    error[SP0406]: `SSPR Pilot` is listed twice
     --> policies/policy.yaml:6:16
      |
    5 |     - { group: SSPR Pilot }
      |                ---------- first here
    6 |     - { group: SSPR Pilot, filter: Windows 11 }
      |                ^^^^^^^^^^ again here
      |
      = note: Microsoft Graph accepts each target once, with one filter

    error[SP0406]: `all devices` is listed twice
     --> policies/policy.yaml:8:7
      |
    7 |     - { all: devices }
      |       -------------- first here
    8 |     - { all: devices }
      |       ^^^^^^^^^^^^^^ again here
      |
      = note: Microsoft Graph accepts each target once, with one filter

    error[SP0406]: `Kiosks` is both included and excluded
      --> policies/policy.yaml:11:16
       |
     9 |     - { group: Kiosks }
       |                ------ first here
    10 |   exclude:
    11 |     - { group: Kiosks }
       |                ^^^^^^ again here
       |
       = note: Microsoft Graph accepts each target once, with one filter

    3 errors (SP0406), 0 warnings in 1 policy
    exit code 1
    ");
}

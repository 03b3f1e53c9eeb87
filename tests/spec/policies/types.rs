//! Values of the wrong type, and text that YAML reads as something else.

use insta::assert_snapshot;

use crate::harness::repository::{Repository, check, check_briefly};

#[test]
fn a_key_without_a_value_is_an_error() {
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
    policy.yaml:1:1 error[SP0105] `name:` has no value: the value is missing (write a value, or remove the line)
    policy.yaml:2:14 error[SP0105] this value is empty: contains only spaces
    policy.yaml:4:39 error[SP0105] this setting has no value: the value is missing (write a value, or remove the line)
    policy.yaml:5:39 error[SP0105] this setting has no value: the value is missing (write a value, or remove the line)
    policy.yaml:6:1 error[SP0105] `assignments:` has no value: the value is missing (write a value, or remove the line)
    policy.yaml:7:1 error[SP0105] `scope_tags:` has no value: the value is missing (write a value, or remove the line)
    policy.yaml:8:16 error[SP0105] this value is empty: contains only spaces
    exit code 1
    ");
}

#[test]
fn yes_and_on_are_fixed_where_a_boolean_is_expected() {
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
    error[SP0105]: expected true or false, found text
     --> sspr-policy.yaml:4:34
      |
    4 |   lab: { tenant: sandbox, prune: yes, limits: { allow_all_targets: off } }
      |                                  ^^^ this is text
      |
    help: write `true`
      |
    4 -   lab: { tenant: sandbox, prune: yes, limits: { allow_all_targets: off } }
    4 +   lab: { tenant: sandbox, prune: true, limits: { allow_all_targets: off } }
      |

    error[SP0105]: expected true or false, found text
     --> sspr-policy.yaml:4:68
      |
    4 |   lab: { tenant: sandbox, prune: yes, limits: { allow_all_targets: off } }
      |                                                                    ^^^ this is text
      |
    help: write `false`
      |
    4 -   lab: { tenant: sandbox, prune: yes, limits: { allow_all_targets: off } }
    4 +   lab: { tenant: sandbox, prune: yes, limits: { allow_all_targets: false } }
      |

    2 errors (SP0105), 0 warnings in 0 policies
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
    assert_snapshot!(said, @r#"
    error[SP0204]: this value is not allowed
     --> policies/policy.yaml:3:32
      |
    3 |   SharedPC/EnableSharedPCMode: yes
      |                                ^^^ SharedPC/EnableSharedPCMode takes false = "Not configured" or true = "Enabled"
      |
      = note: source: DDF February 2026
    help: write `true`
      |
    3 -   SharedPC/EnableSharedPCMode: yes
    3 +   SharedPC/EnableSharedPCMode: true
      |

    error[SP0204]: this value is not allowed
     --> policies/policy.yaml:4:51
      |
    4 |   WindowsLogon/DisableLockScreenAppNotifications: off
      |                                                   ^^^ WindowsLogon/DisableLockScreenAppNotifications is ADMX-backed: write `enabled` or `disabled`
      |
      = note: source: DDF February 2026
    help: write `disabled`
      |
    4 -   WindowsLogon/DisableLockScreenAppNotifications: off
    4 +   WindowsLogon/DisableLockScreenAppNotifications: disabled
      |

    error[SP0204]: this value is not allowed
     --> policies/policy.yaml:5:41
      |
    5 |   Authentication/AllowAadPasswordReset: on
      |                                         ^^ Authentication/AllowAadPasswordReset takes 0 = "Not allowed" or 1 = "Allowed"
      |
      = note: source: DDF February 2026

    3 errors (SP0204), 0 warnings in 1 policy
    exit code 1
    "#);
}

#[test]
fn numbers_as_names_need_quotes() {
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
    error[SP0105]: expected text, found a whole number
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

    error[SP0105]: expected text, found a number
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

    error[SP0105]: expected text, found a whole number
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

    error[SP0105]: expected text, found true or false
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

    error[SP0105]: expected text, found a whole number
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

    5 errors (SP0105), 0 warnings in 1 policy
    exit code 1
    "#);
}

//! `sspr-policy.yaml`: owner, environments, targets.

use insta::assert_snapshot;

use crate::harness::repository::{Repository, briefly};

#[test]
fn errors_in_configuration_and_policies_are_reported_together() {
    let repository = Repository::empty()
        .with("sspr-policy.yaml", "owner: contoso\ndefault: lab\nenvironment: { lab: { tenant: sandbox } }\n")
        .with("policies/a.yaml", "name: A\nsetings: { Camera/AllowCamera: 1 }\n")
        .with("policies/b.yaml", "name: B\nsettings: { Camera/AllowCamera: 1 }\n");
    assert_snapshot!(briefly(&repository), @"
    a.yaml:2:1 error[SP0104] unknown key `setings` in the policy: this key is not known here (Did you mean `settings`?)
    sspr-policy.yaml:1:1 error[SP0106] `environments:` is missing in the configuration: write `environments:` and a map
    sspr-policy.yaml:3:1 error[SP0104] unknown key `environment` in the configuration: this key is not known here (Did you mean `environments`?)
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
      | ^^^^^^^^^^^ this key is not known here
      |
    help: Did you mean `environments`?
      |
    3 | environments: { lab: { tenant: sandbox } }
      |            +

    2 errors (SP0104, SP0106), 0 warnings in 1 policy
    exit code 1
    ");
    assert_snapshot!(repository.run("check --output-format github"), @"
    ::error file=policies/a.yaml,line=2,col=1,title=SP0104::unknown key `setings` in the policy: this key is not known here%0Ahelp: Did you mean `settings`?
    ::error file=sspr-policy.yaml,line=1,col=1,title=SP0106::`environments:` is missing in the configuration: write `environments:` and a map
    ::error file=sspr-policy.yaml,line=3,col=1,title=SP0104::unknown key `environment` in the configuration: this key is not known here%0Ahelp: Did you mean `environments`?
    3 errors (SP0104, SP0106), 0 warnings in 2 policies
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
      | ^ write `default:` and text

    error[SP0106]: `owner:` is missing in the configuration
     --> sspr-policy.yaml:1:1
      |
    1 | environments: { lab: { tenant: sandbox } }
      | ^ write `owner:` and text

    2 errors (SP0106), 0 warnings in 0 policies
    exit code 1
    ");
    assert_snapshot!(configure(""), @"
    error[SP0107]: the configuration is empty
     --> sspr-policy.yaml:1:1
      |
    1 |
      | ^ this file has no content
      |
      = help: `sspr-policy init` creates an example in an empty folder

    1 error (SP0107), 0 warnings in 0 policies
    exit code 1
    ");
    assert_snapshot!(configure("owner: contoso\ndefault: lab\nenvironments: {}\n"), @"
    error[SP0404]: the environment `lab` does not exist
     --> sspr-policy.yaml:2:10
      |
    2 | default: lab
      |          ^^^ the default must be one of `environments:`
      |
      = note: no environment is defined

    1 error (SP0404), 0 warnings in 0 policies
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
    error[SP0112]: `Contoso Ltd` cannot be used as an owner
     --> sspr-policy.yaml:1:8
      |
    1 | owner: Contoso Ltd
      |        ^^^^^^^^^^^ an owner can contain only a-z, 0-9, `.`, `_` and `-`, not `C`

    error[SP0405]: an excluded group cannot have a filter
     --> sspr-policy.yaml:4:55
      |
    4 |   pilot: { include: [], exclude: [{ group: A, filter: B }] }
      |                                                       ^ Microsoft Graph does not support filters on exclusions
      |
      = help: put the filter on an included target, as `filter: { exclude: … }`

    error[SP0104]: unknown key `clud` in the environment
     --> sspr-policy.yaml:6:50
      |
    6 |   production: { tenant: contoso.onmicrosoft.com, clud: global }
      |                                                  ^^^^ this key is not known here
      |
    help: Did you mean `cloud`?
      |
    6 |   production: { tenant: contoso.onmicrosoft.com, cloud: global }
      |                                                    +

    error[SP0106]: `tenant:` is missing in the environment
     --> sspr-policy.yaml:7:8
      |
    7 |   lab: { cloud: moon, auth: { method: password } }
      |        ^ write `tenant:` and text

    error[SP0105]: `moon` is not allowed here
     --> sspr-policy.yaml:7:17
      |
    7 |   lab: { cloud: moon, auth: { method: password } }
      |                 ^^^^ use `global`, `usgov-high`, `usgov-dod`, `china`

    error[SP0105]: `password` is not allowed here
     --> sspr-policy.yaml:7:39
      |
    7 |   lab: { cloud: moon, auth: { method: password } }
      |                                       ^^^^^^^^ use `auto`, `token`, `github-oidc`, `azure-devops-oidc`, `workload-identity`, `managed-identity`, `client-certificate`, `client-secret`, `azure-cli`, `device-code`, `browser`

    error[SP0105]: expected text, found a list
     --> sspr-policy.yaml:8:20
      |
    8 |   wrong: { tenant: [a], limits: { max_changes: -1, max_deletes: few }, seed: { groups: A } }
      |                    ^^ this is a list

    error[SP0105]: expected a whole number, 0 or greater, found -1
     --> sspr-policy.yaml:8:48
      |
    8 |   wrong: { tenant: [a], limits: { max_changes: -1, max_deletes: few }, seed: { groups: A } }
      |                                                ^^ this number is out of range

    error[SP0105]: expected a whole number, 0 or greater, found text
     --> sspr-policy.yaml:8:65
      |
    8 |   wrong: { tenant: [a], limits: { max_changes: -1, max_deletes: few }, seed: { groups: A } }
      |                                                                 ^^^ this is text

    error[SP0105]: expected a list, found text
     --> sspr-policy.yaml:8:88
      |
    8 |   wrong: { tenant: [a], limits: { max_changes: -1, max_deletes: few }, seed: { groups: A } }
      |                                                                                        ^ this is text

    10 errors (SP0104, SP0105, SP0106, SP0112, SP0405), 0 warnings in 0 policies
    exit code 1
    ");
}

#[test]
fn two_environments_need_two_tenants() {
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
    error[SP0404]: the environment `prodcution` does not exist
     --> sspr-policy.yaml:2:10
      |
    2 | default: prodcution
      |          ^^^^^^^^^^ the default must be one of `environments:`
      |
      = note: environments: production, copy, behind-proxy
      = help: Did you mean `production`?

    error[SP0408]: `production` and `copy` are the same tenant
     --> sspr-policy.yaml:5:19
      |
    4 |   production: { tenant: contoso.onmicrosoft.com }
      |                         ----------------------- first used here
    5 |   copy: { tenant: Contoso.onmicrosoft.com }
      |                   ^^^^^^^^^^^^^^^^^^^^^^^ with the same owner, each would undo the changes of the other
      |
      = help: keep one of them, or give the other its own repository and owner

    2 errors (SP0404, SP0408), 0 warnings in 0 policies
    exit code 1
    ");
}

#[test]
fn plain_http_is_for_loopback_only() {
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
      |                                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ http is allowed for this computer only: use https

    error[SP0410]: this server cannot be used
     --> sspr-policy.yaml:6:38
      |
    6 |   c: { tenant: c.example, graph_url: ftp://contoso.example, login_url: http://10.0.0.1 }
      |                                      ^^^^^^^^^^^^^^^^^^^^^ expected `https://…`, or `http://` to loopback

    error[SP0410]: this server cannot be used
     --> sspr-policy.yaml:6:72
      |
    6 |   c: { tenant: c.example, graph_url: ftp://contoso.example, login_url: http://10.0.0.1 }
      |                                                                        ^^^^^^^^^^^^^^^ http is allowed for this computer only: use https

    error[SP0410]: this server cannot be used
     --> sspr-policy.yaml:8:38
      |
    8 |   f: { tenant: f.example, graph_url: http://localhost.evil.example }
      |                                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ http is allowed for this computer only: use https

    4 errors (SP0410), 0 warnings in 0 policies
    exit code 1
    ");
}

/// A common first mistake.
#[test]
fn a_target_without_its_kind() {
    let policy = "name: A\nsettings: { Camera/AllowCamera: 1 }\nassignments:\n  include: [SSPR Pilot, All devices]\n  exclude: [\"Bob's PCs\"]\n";
    let repository = Repository::empty()
        .with("sspr-policy.yaml", "owner: contoso\ndefault: a\nenvironments: { a: { tenant: sandbox } }\n")
        .with("policies/a.yaml", policy);
    assert_snapshot!(repository.run("check"), @r#"
    error[SP0105]: expected a map for the target, found text
     --> policies/a.yaml:4:13
      |
    4 |   include: [SSPR Pilot, All devices]
      |             ^^^^^^^^^^ this is text
      |
    help: write `{ group: SSPR Pilot }`
      |
    4 -   include: [SSPR Pilot, All devices]
    4 +   include: [{ group: SSPR Pilot }, All devices]
      |

    error[SP0105]: expected a map for the target, found text
     --> policies/a.yaml:4:25
      |
    4 |   include: [SSPR Pilot, All devices]
      |                         ^^^^^^^^^^^ this is text
      |
    help: write `{ all: devices }`
      |
    4 -   include: [SSPR Pilot, All devices]
    4 +   include: [SSPR Pilot, { all: devices }]
      |

    error[SP0105]: expected a map for the target, found text
     --> policies/a.yaml:5:13
      |
    5 |   exclude: ["Bob's PCs"]
      |             ^^^^^^^^^^^ this is text
      |
    help: write `{ group: "Bob's PCs" }`
      |
    5 -   exclude: ["Bob's PCs"]
    5 +   exclude: [{ group: "Bob's PCs" }]
      |

    3 errors (SP0105), 0 warnings in 1 policy
    exit code 1
    "#);
}

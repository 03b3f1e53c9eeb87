//! The version, and errors before a command starts.

use insta::assert_snapshot;

use crate::harness::repository::Repository;

#[test]
fn the_version_is_the_packages() {
    assert_eq!(Repository::empty().run("--version"), format!("sspr-policy {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn wrong_usage_exits_with_1() {
    assert_snapshot!(Repository::empty().run("chek"), @"
    error: unrecognized subcommand 'chek'

      tip: some similar subcommands exist: 'schema', 'check'

    Usage: sspr-policy [OPTIONS] <COMMAND>

    For more information, try '--help'.
    exit code 1
    ");
    assert_snapshot!(Repository::empty().run("export pdf --out x"), @"
    error: unrecognized subcommand 'pdf'

    Usage: sspr-policy export [OPTIONS] <COMMAND>

    For more information, try '--help'.
    exit code 1
    ");
}

#[test]
fn without_a_configuration_the_message_suggests_init() {
    assert_snapshot!(Repository::empty().run("check"), @"
    error: there is no sspr-policy.yaml in this folder
    help: `sspr-policy init` makes a policy repository here; `--dir FOLDER` names another folder
    exit code 1
    ");
    assert_snapshot!(Repository::empty().run("export reg --out x.reg"), @"
    error: there is no sspr-policy.yaml in this folder
    help: `sspr-policy init` makes a policy repository here; `--dir FOLDER` names another folder
    exit code 1
    ");
    assert_snapshot!(Repository::empty().run("check --dir nowhere"), @"
    error: there is no sspr-policy.yaml in nowhere
    help: `sspr-policy init` makes a policy repository here; `--dir FOLDER` names another folder
    exit code 1
    ");
}

#[test]
fn an_environment_must_be_in_the_configuration() {
    assert_snapshot!(Repository::new().run("check --env lba"), @"
    error: there is no environment `lba` in sspr-policy.yaml
    help: did you mean `lab`
    exit code 1
    ");
    assert_snapshot!(Repository::new().run("check --env production"), @"
    error: there is no environment `production` in sspr-policy.yaml
    help: environments: lab
    exit code 1
    ");
    assert_snapshot!(Repository::new().run("export reg --env production --out x.reg"), @"
    error: there is no environment `production` in sspr-policy.yaml
    help: environments: lab
    exit code 1
    ");
}

//! The version, and errors before a command starts.

use insta::assert_snapshot;

use crate::harness::Repository;

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
    error: sspr-policy.yaml is missing in this folder
    help: run `sspr-policy init` to create a policy repository here, or name another folder with `--dir FOLDER`
    exit code 1
    ");
    assert_snapshot!(Repository::empty().run("export reg --out x.reg"), @"
    error: sspr-policy.yaml is missing in this folder
    help: run `sspr-policy init` to create a policy repository here, or name another folder with `--dir FOLDER`
    exit code 1
    ");
    assert_snapshot!(Repository::empty().run("check --dir nowhere"), @"
    error: sspr-policy.yaml is missing in nowhere
    help: run `sspr-policy init` to create a policy repository here, or name another folder with `--dir FOLDER`
    exit code 1
    ");
}

#[test]
fn an_environment_must_be_in_the_configuration() {
    assert_snapshot!(Repository::lab().run("check --env lba"), @"
    error: sspr-policy.yaml has no environment `lba`
    help: Did you mean `lab`?
    exit code 1
    ");
    assert_snapshot!(Repository::lab().run("check --env production"), @"
    error: sspr-policy.yaml has no environment `production`
    help: environments: lab
    exit code 1
    ");
    assert_snapshot!(Repository::lab().run("export reg --env production --out x.reg"), @"
    error: sspr-policy.yaml has no environment `production`
    help: environments: lab
    exit code 1
    ");
}

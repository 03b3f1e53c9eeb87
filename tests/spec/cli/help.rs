//! Help of every command.

use insta::assert_snapshot;

use crate::harness::Repository;

#[test]
fn help_of_every_command() {
    let help = |command: &str| Repository::empty().run(&format!("{command} --help"));
    assert_snapshot!(help(""), @"
    Windows device policies in git: YAML in, Intune profiles, .reg files and ADMX out

    Usage: sspr-policy [OPTIONS] <COMMAND>

    Commands:
      init         Create a policy repository: configuration, a first policy and a pipeline
      check        Check policies for errors and for settings that break features
      explain      Show everything about a setting, a rule, a code or a target
      catalogue    Search the catalogue of Windows settings, compare releases, import a newer one
      plan         Show what `apply` would change, including drift
      show         Show a saved plan
      apply        Change the tenant to match the policies; asks for confirmation first
      export       Export policies as .reg files or as a Group Policy template (ADMX)
      import       Write policies that adopt existing custom profiles; changes nothing in the tenant
      disown       Stop managing a profile; leave it as it is
      doctor       Check whether an environment can be used: network, sign-in, tenant, permissions
      sandbox      Run the embedded Microsoft Graph sandbox, for trying things out and for tests
      schema       Print the JSON Schemas of policies, the configuration, and the JSON output of
                   commands
      completions  Print a completion script for a shell
      man          Print the manual page, or write a page for each command
      help         Print this message or the help of the given subcommand(s)

    Options:
      -h, --help     Print help
      -V, --version  Print version

    Global options:
          --dir <FOLDER>  Folder of the policy repository [default: the nearest folder with
                          sspr-policy.yaml, from here upward]
          --env <NAME>    Environment to use [default: `default:` in sspr-policy.yaml]
          --color <WHEN>  When to use color [default: auto] [possible values: auto, always, never]
      -q, --quiet         Print only errors and the summary
      -v, --verbose...    Print more detail to stderr; -vv also logs every request
    ");
    assert_snapshot!(help("init"), @"
    Create a policy repository: configuration, a first policy and a pipeline

    Usage: sspr-policy init [OPTIONS]

    Options:
          --owner <OWNER>  Owner of the profiles that this repository creates [default: the folder's
                           name]
      -h, --help           Print help
      -V, --version        Print version

    Global options:
          --dir <FOLDER>  Folder of the policy repository [default: the nearest folder with
                          sspr-policy.yaml, from here upward]
          --env <NAME>    Environment to use [default: `default:` in sspr-policy.yaml]
          --color <WHEN>  When to use color [default: auto] [possible values: auto, always, never]
      -q, --quiet         Print only errors and the summary
      -v, --verbose...    Print more detail to stderr; -vv also logs every request

    Example: sspr-policy init --owner contoso-endpoint
    ");
    assert_snapshot!(help("check"), @"
    Check policies for errors and for settings that break features

    Usage: sspr-policy check [OPTIONS] [PATHS]...

    Arguments:
      [PATHS]...  Policy files or folders [default: policies/]

    Options:
          --fix                     Fix what can be corrected automatically
          --diff                    Show what `--fix` would change
          --strict                  Treat warnings as errors
          --output-format <FORMAT>  Output format [default: human] [possible values: human, json,
                                    github]
      -h, --help                    Print help
      -V, --version                 Print version

    Global options:
          --dir <FOLDER>  Folder of the policy repository [default: the nearest folder with
                          sspr-policy.yaml, from here upward]
          --env <NAME>    Environment to use [default: `default:` in sspr-policy.yaml]
          --color <WHEN>  When to use color [default: auto] [possible values: auto, always, never]
      -q, --quiet         Print only errors and the summary
      -v, --verbose...    Print more detail to stderr; -vv also logs every request

    Example: sspr-policy check --fix policies/sspr
    ");
    assert_snapshot!(help("explain"), @"
    Show everything about a setting, a rule, a code or a target

    Usage: sspr-policy explain [OPTIONS] <WHAT>...

    Arguments:
      <WHAT>...  A setting by any of its names (Area/Name, OMA-URI, registry value, Group Policy title
                 or path, ADMX or security template name, settings catalog ID), a rule by code or name
                 (`rules` lists them), the code of a problem (SP0201), or a target of this repository

    Options:
      -h, --help     Print help
      -V, --version  Print version

    Global options:
          --dir <FOLDER>  Folder of the policy repository [default: the nearest folder with
                          sspr-policy.yaml, from here upward]
          --env <NAME>    Environment to use [default: `default:` in sspr-policy.yaml]
          --color <WHEN>  When to use color [default: auto] [possible values: auto, always, never]
      -q, --quiet         Print only errors and the summary
      -v, --verbose...    Print more detail to stderr; -vv also logs every request

    Example: sspr-policy explain Authentication/AllowAadPasswordReset
    ");
    assert_snapshot!(help("catalogue"), @"
    Search the catalogue of Windows settings, compare releases, import a newer one

    Usage: sspr-policy catalogue [OPTIONS] <COMMAND>

    Commands:
      search  Find settings by words in names, titles, paths and labels
      diff    Show what a newer release adds, removes and changes, and which of your policies it affects
      import  Create a catalogue from Microsoft's DDF files, for `catalogue:` in sspr-policy.yaml
      help    Print this message or the help of the given subcommand(s)

    Options:
      -h, --help     Print help
      -V, --version  Print version

    Global options:
          --dir <FOLDER>  Folder of the policy repository [default: the nearest folder with
                          sspr-policy.yaml, from here upward]
          --env <NAME>    Environment to use [default: `default:` in sspr-policy.yaml]
          --color <WHEN>  When to use color [default: auto] [possible values: auto, always, never]
      -q, --quiet         Print only errors and the summary
      -v, --verbose...    Print more detail to stderr; -vv also logs every request
    ");
    assert_snapshot!(help("catalogue search"), @"
    Find settings by words in names, titles, paths and labels

    Usage: sspr-policy catalogue search [OPTIONS] <WORDS>...

    Arguments:
      <WORDS>...  Words of a name, a title, a path or a label; the beginning of a word is enough

    Options:
          --limit <N>               Maximum number of results [default: 20]
          --output-format <FORMAT>  Output format [default: human] [possible values: human, json]
      -h, --help                    Print help
      -V, --version                 Print version

    Global options:
          --dir <FOLDER>  Folder of the policy repository [default: the nearest folder with
                          sspr-policy.yaml, from here upward]
          --env <NAME>    Environment to use [default: `default:` in sspr-policy.yaml]
          --color <WHEN>  When to use color [default: auto] [possible values: auto, always, never]
      -q, --quiet         Print only errors and the summary
      -v, --verbose...    Print more detail to stderr; -vv also logs every request

    Example: sspr-policy catalogue search lock screen
    ");
    assert_snapshot!(help("catalogue diff"), @"
    Show what a newer release adds, removes and changes, and which of your policies it affects

    Usage: sspr-policy catalogue diff [OPTIONS] <OLD> <NEW>

    Arguments:
      <OLD>  Catalogue from `catalogue import`, DDF bundle or its folder, or `embedded`
      <NEW>  Newer catalogue, in any of these forms

    Options:
          --output-format <FORMAT>  Output format [default: human] [possible values: human, json]
      -h, --help                    Print help
      -V, --version                 Print version

    Global options:
          --dir <FOLDER>  Folder of the policy repository [default: the nearest folder with
                          sspr-policy.yaml, from here upward]
          --env <NAME>    Environment to use [default: `default:` in sspr-policy.yaml]
          --color <WHEN>  When to use color [default: auto] [possible values: auto, always, never]
      -q, --quiet         Print only errors and the summary
      -v, --verbose...    Print more detail to stderr; -vv also logs every request

    Example: sspr-policy catalogue diff embedded DDFv2Sept26.zip
    ");
    assert_snapshot!(help("catalogue import"), @r"
    Create a catalogue from Microsoft's DDF files, for `catalogue:` in sspr-policy.yaml

    Usage: sspr-policy catalogue import [OPTIONS] <DDF>

    Arguments:
      <DDF>  A DDF v2 bundle as Microsoft publishes it, or the folder that it was unpacked to

    Options:
          --admx <FOLDER>   A PolicyDefinitions folder, such as C:\Windows\PolicyDefinitions, for
                            elements and registry values
          --out <FILE>      Write the catalogue here instead of to stdout
          --release <NAME>  Name of the release [default: from the name of the bundle]
      -h, --help            Print help
      -V, --version         Print version

    Global options:
          --dir <FOLDER>  Folder of the policy repository [default: the nearest folder with
                          sspr-policy.yaml, from here upward]
          --env <NAME>    Environment to use [default: `default:` in sspr-policy.yaml]
          --color <WHEN>  When to use color [default: auto] [possible values: auto, always, never]
      -q, --quiet         Print only errors and the summary
      -v, --verbose...    Print more detail to stderr; -vv also logs every request

    Example: sspr-policy catalogue import DDFv2Sept26.zip --out schemas/windows.jsonl
    ");
    assert_snapshot!(help("plan"), @"
    Show what `apply` would change, including drift

    Usage: sspr-policy plan [OPTIONS]

    Options:
          --out <FILE>              Save the plan for `apply FILE`; it contains no secrets
          --only <GLOB>             Plan only policies whose key matches, such as 'sspr/*'
          --requests                Print the requests that would be sent, without secrets
          --detailed-exitcode       Exit with code 2 if there are changes
          --strict                  Fail if a masked value could not be compared
          --override-limits         Let this plan exceed the environment's limits; the plan lists which
          --output-format <FORMAT>  Output format [default: human] [possible values: human, json,
                                    markdown]
      -h, --help                    Print help
      -V, --version                 Print version

    Global options:
          --dir <FOLDER>  Folder of the policy repository [default: the nearest folder with
                          sspr-policy.yaml, from here upward]
          --env <NAME>    Environment to use [default: `default:` in sspr-policy.yaml]
          --color <WHEN>  When to use color [default: auto] [possible values: auto, always, never]
      -q, --quiet         Print only errors and the summary
      -v, --verbose...    Print more detail to stderr; -vv also logs every request

    Example: sspr-policy plan --env production --out plan.json
    ");
    assert_snapshot!(help("show"), @"
    Show a saved plan

    Usage: sspr-policy show [OPTIONS] <FILE>

    Arguments:
      <FILE>  File that `plan --out` wrote

    Options:
          --output-format <FORMAT>  Output format [default: human] [possible values: human, json,
                                    markdown]
      -h, --help                    Print help
      -V, --version                 Print version

    Global options:
          --dir <FOLDER>  Folder of the policy repository [default: the nearest folder with
                          sspr-policy.yaml, from here upward]
          --env <NAME>    Environment to use [default: `default:` in sspr-policy.yaml]
          --color <WHEN>  When to use color [default: auto] [possible values: auto, always, never]
      -q, --quiet         Print only errors and the summary
      -v, --verbose...    Print more detail to stderr; -vv also logs every request

    Example: sspr-policy show plan.json --output-format markdown
    ");
    assert_snapshot!(help("apply"), @"
    Change the tenant to match the policies; asks for confirmation first

    Usage: sspr-policy apply [OPTIONS] [PLAN]

    Arguments:
      [PLAN]  Saved plan from `plan --out`; anything that it does not contain is refused

    Options:
          --auto-approve          Skip the confirmation
          --only <GLOB>           Apply only policies whose key matches, such as 'sspr/*'
          --override-limits       Ignore the environment's limits, after confirmation; a saved plan
                                  records this itself
          --justification <TEXT>  Justification that approvers see, where Multi Admin Approval is on
      -h, --help                  Print help
      -V, --version               Print version

    Global options:
          --dir <FOLDER>  Folder of the policy repository [default: the nearest folder with
                          sspr-policy.yaml, from here upward]
          --env <NAME>    Environment to use [default: `default:` in sspr-policy.yaml]
          --color <WHEN>  When to use color [default: auto] [possible values: auto, always, never]
      -q, --quiet         Print only errors and the summary
      -v, --verbose...    Print more detail to stderr; -vv also logs every request

    Example: sspr-policy apply plan.json

    Exit codes: 0 = done, 1 = something failed, 3 = nothing failed, but a change is waiting for approval
    ");
    assert_snapshot!(help("export"), @"
    Export policies as .reg files or as a Group Policy template (ADMX)

    Usage: sspr-policy export [OPTIONS] <COMMAND>

    Commands:
      reg   Export .reg files, for devices that Intune does not manage, such as Windows 7 and 8.1
      admx  Export a Group Policy template for settings that Windows' own templates lack (Intune rejects
            its keys)
      help  Print this message or the help of the given subcommand(s)

    Options:
      -h, --help     Print help
      -V, --version  Print version

    Global options:
          --dir <FOLDER>  Folder of the policy repository [default: the nearest folder with
                          sspr-policy.yaml, from here upward]
          --env <NAME>    Environment to use [default: `default:` in sspr-policy.yaml]
          --color <WHEN>  When to use color [default: auto] [possible values: auto, always, never]
      -q, --quiet         Print only errors and the summary
      -v, --verbose...    Print more detail to stderr; -vv also logs every request
    ");
    assert_snapshot!(help("export reg"), @"
    Export .reg files, for devices that Intune does not manage, such as Windows 7 and 8.1

    Usage: sspr-policy export reg [OPTIONS] --out <PATH> [PATHS]...

    Arguments:
      [PATHS]...  Policy files or folders [default: all active and retired policies; name a draft's file
                  to export it]

    Options:
          --out <PATH>        Output: a file for one document, or a folder (existing, or ending with a
                              slash) for one per policy
          --skip-unsupported  Skip settings that the format cannot express, and list them
      -h, --help              Print help
      -V, --version           Print version

    Global options:
          --dir <FOLDER>  Folder of the policy repository [default: the nearest folder with
                          sspr-policy.yaml, from here upward]
          --env <NAME>    Environment to use [default: `default:` in sspr-policy.yaml]
          --color <WHEN>  When to use color [default: auto] [possible values: auto, always, never]
      -q, --quiet         Print only errors and the summary
      -v, --verbose...    Print more detail to stderr; -vv also logs every request

    Example: sspr-policy export reg --out sspr.reg
    ");
    assert_snapshot!(help("export admx"), @"
    Export a Group Policy template for settings that Windows' own templates lack (Intune rejects its
    keys)

    Usage: sspr-policy export admx [OPTIONS] --out <PATH> [PATHS]...

    Arguments:
      [PATHS]...  Policy files or folders [default: all active and retired policies; name a draft's file
                  to export it]

    Options:
          --out <PATH>        Output: a file for one document, or a folder (existing, or ending with a
                              slash) for one per policy
          --skip-unsupported  Skip settings that the format cannot express, and list them
      -h, --help              Print help
      -V, --version           Print version

    Global options:
          --dir <FOLDER>  Folder of the policy repository [default: the nearest folder with
                          sspr-policy.yaml, from here upward]
          --env <NAME>    Environment to use [default: `default:` in sspr-policy.yaml]
          --color <WHEN>  When to use color [default: auto] [possible values: auto, always, never]
      -q, --quiet         Print only errors and the summary
      -v, --verbose...    Print more detail to stderr; -vv also logs every request

    Example: sspr-policy export admx --out templates/
    ");
    assert_snapshot!(help("disown"), @"
    Stop managing a profile; leave it as it is

    Usage: sspr-policy disown [OPTIONS] <ID>

    Arguments:
      <ID>  Id of the profile, as in Intune

    Options:
          --justification <TEXT>  Justification that approvers see, where Multi Admin Approval is on
      -h, --help                  Print help
      -V, --version               Print version

    Global options:
          --dir <FOLDER>  Folder of the policy repository [default: the nearest folder with
                          sspr-policy.yaml, from here upward]
          --env <NAME>    Environment to use [default: `default:` in sspr-policy.yaml]
          --color <WHEN>  When to use color [default: auto] [possible values: auto, always, never]
      -q, --quiet         Print only errors and the summary
      -v, --verbose...    Print more detail to stderr; -vv also logs every request

    Exit codes: 0 = done, 1 = something failed, 3 = nothing failed, but a change is waiting for approval
    ");
    assert_snapshot!(help("sandbox"), @"
    Run the embedded Microsoft Graph sandbox, for trying things out and for tests

    Usage: sspr-policy sandbox [OPTIONS] <COMMAND>

    Commands:
      serve    Serve the sandbox on a loopback port until Ctrl+C
      approve  Approve a request that waits for Multi Admin Approval; without a code, list the waiting
               requests
      reject   Reject a request that waits for Multi Admin Approval; without a code, list the waiting
               requests
      reset    Return the sandbox to its initial state
      help     Print this message or the help of the given subcommand(s)

    Options:
      -h, --help     Print help
      -V, --version  Print version

    Global options:
          --dir <FOLDER>  Folder of the policy repository [default: the nearest folder with
                          sspr-policy.yaml, from here upward]
          --env <NAME>    Environment to use [default: `default:` in sspr-policy.yaml]
          --color <WHEN>  When to use color [default: auto] [possible values: auto, always, never]
      -q, --quiet         Print only errors and the summary
      -v, --verbose...    Print more detail to stderr; -vv also logs every request
    ");
    assert_snapshot!(help("schema"), @"
    Print the JSON Schemas of policies, the configuration, and the JSON output of commands

    Usage: sspr-policy schema [OPTIONS] [DOCUMENT]

    Arguments:
      [DOCUMENT]  Document to print the schema of [possible values: policy, configuration, plan, check,
                  readiness, catalogue-diff, catalogue-search]

    Options:
          --out <FOLDER>  Write all schemas into this folder
      -h, --help          Print help
      -V, --version       Print version

    Global options:
          --dir <FOLDER>  Folder of the policy repository [default: the nearest folder with
                          sspr-policy.yaml, from here upward]
          --env <NAME>    Environment to use [default: `default:` in sspr-policy.yaml]
          --color <WHEN>  When to use color [default: auto] [possible values: auto, always, never]
      -q, --quiet         Print only errors and the summary
      -v, --verbose...    Print more detail to stderr; -vv also logs every request

    Example: sspr-policy schema --out schemas
    ");
    assert_snapshot!(help("completions"), @"
    Print a completion script for a shell

    Usage: sspr-policy completions [OPTIONS] <SHELL>

    Arguments:
      <SHELL>  Shell to generate completions for [possible values: bash, elvish, fish, powershell, zsh]

    Options:
      -h, --help     Print help
      -V, --version  Print version

    Global options:
          --dir <FOLDER>  Folder of the policy repository [default: the nearest folder with
                          sspr-policy.yaml, from here upward]
          --env <NAME>    Environment to use [default: `default:` in sspr-policy.yaml]
          --color <WHEN>  When to use color [default: auto] [possible values: auto, always, never]
      -q, --quiet         Print only errors and the summary
      -v, --verbose...    Print more detail to stderr; -vv also logs every request

    Example: sspr-policy completions powershell
    ");
}

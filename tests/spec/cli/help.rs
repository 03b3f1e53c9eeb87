//! Help of every command.

use insta::assert_snapshot;

use crate::harness::repository::Repository;

#[test]
fn help_of_every_command() {
    let help = |command: &str| Repository::empty().run(&format!("{command} --help"));
    assert_snapshot!(help(""), @"
    Windows device policies in git: YAML in, Intune profiles, .reg files and ADMX out

    Usage: sspr-policy [OPTIONS] <COMMAND>

    Commands:
      init         Make a policy repository here: a first policy, the configuration, a pipeline
      check        Validate policies and tell what will break
      explain      A setting, a rule or a target on one screen
      catalogue    What Windows accepts: search it, compare releases, import a newer one
      plan         What `apply` would do; also the drift report
      show         A saved plan
      apply        Bring the tenant to the written state; asks first
      export       The same policies as .reg files, or what no in-box template offers as ADMX
      import       A tenant's custom profiles as policies that adopt them; writes files only
      disown       Take our marker off a profile in the tenant, and change nothing else
      doctor       Whether an environment can be used: reachability, sign-in, tenant, permissions
      sandbox      The embedded Microsoft Graph, for trying and testing
      schema       JSON Schemas of policies, configuration and plans
      completions  Completions for a shell
      man          The manual page
      help         Print this message or the help of the given subcommand(s)

    Options:
          --dir <FOLDER>  The policy repository: the folder with sspr-policy.yaml [default: .]
          --env <NAME>    The environment in sspr-policy.yaml; its `default:` without this
          --color <WHEN>  When to colour [default: auto] [possible values: auto, always, never]
      -q, --quiet         Say less
      -v, --verbose...    Say more, on stderr; twice for every request
      -h, --help          Print help
      -V, --version       Print version
    ");
    assert_snapshot!(help("init"), @"
    Make a policy repository here: a first policy, the configuration, a pipeline

    Usage: sspr-policy init [OPTIONS]

    Options:
          --dir <FOLDER>   The policy repository: the folder with sspr-policy.yaml [default: .]
          --owner <OWNER>  Who owns the profiles that this repository makes; the folder's name without
                           this
          --env <NAME>     The environment in sspr-policy.yaml; its `default:` without this
          --color <WHEN>   When to colour [default: auto] [possible values: auto, always, never]
      -q, --quiet          Say less
      -v, --verbose...     Say more, on stderr; twice for every request
      -h, --help           Print help
      -V, --version        Print version
    ");
    assert_snapshot!(help("check"), @"
    Validate policies and tell what will break

    Usage: sspr-policy check [OPTIONS] [PATHS]...

    Arguments:
      [PATHS]...  Policy files or folders; everything under policies/ without this

    Options:
          --dir <FOLDER>          The policy repository: the folder with sspr-policy.yaml [default: .]
          --fix                   Mend what has only one right form
          --diff                  Show what `--fix` would change
          --env <NAME>            The environment in sspr-policy.yaml; its `default:` without this
          --color <WHEN>          When to colour [default: auto] [possible values: auto, always, never]
          --strict                Warnings fail, too
          --output-format <FORM>  The form of the findings [default: human] [possible values: human,
                                  json, github]
      -q, --quiet                 Say less
      -v, --verbose...            Say more, on stderr; twice for every request
      -h, --help                  Print help
      -V, --version               Print version
    ");
    assert_snapshot!(help("explain"), @"
    A setting, a rule or a target on one screen

    Usage: sspr-policy explain [OPTIONS] <WHAT>...

    Arguments:
      <WHAT>...  A setting by any of its names (Area/Name, OMA-URI, registry value, Group Policy title
                 or path, ADMX or security template name, settings catalog id), a rule by code or name
                 (`rules` lists them), the code of a problem (SP0201), or a target of this repository

    Options:
          --dir <FOLDER>  The policy repository: the folder with sspr-policy.yaml [default: .]
          --env <NAME>    The environment in sspr-policy.yaml; its `default:` without this
          --color <WHEN>  When to colour [default: auto] [possible values: auto, always, never]
      -q, --quiet         Say less
      -v, --verbose...    Say more, on stderr; twice for every request
      -h, --help          Print help
      -V, --version       Print version
    ");
    assert_snapshot!(help("catalogue"), @"
    What Windows accepts: search it, compare releases, import a newer one

    Usage: sspr-policy catalogue [OPTIONS] <COMMAND>

    Commands:
      search  Settings by words of their names, titles, paths and labels; Group Policies without a node,
              too
      diff    What a newer release adds, removes and changes, and which of your policies that touches
      import  Make a catalogue from Microsoft's DDF files, for `catalogue:` in sspr-policy.yaml
      help    Print this message or the help of the given subcommand(s)

    Options:
          --dir <FOLDER>  The policy repository: the folder with sspr-policy.yaml [default: .]
          --env <NAME>    The environment in sspr-policy.yaml; its `default:` without this
          --color <WHEN>  When to colour [default: auto] [possible values: auto, always, never]
      -q, --quiet         Say less
      -v, --verbose...    Say more, on stderr; twice for every request
      -h, --help          Print help
      -V, --version       Print version
    ");
    assert_snapshot!(help("catalogue search"), @"
    Settings by words of their names, titles, paths and labels; Group Policies without a node, too

    Usage: sspr-policy catalogue search [OPTIONS] <WORDS>...

    Arguments:
      <WORDS>...  Words of a name, a title, a path or a label; the beginning of a word is enough

    Options:
          --dir <FOLDER>          The policy repository: the folder with sspr-policy.yaml [default: .]
          --limit <N>             How many are shown [default: 20]
          --env <NAME>            The environment in sspr-policy.yaml; its `default:` without this
          --output-format <FORM>  The form of what is found [default: human] [possible values: human,
                                  json]
          --color <WHEN>          When to colour [default: auto] [possible values: auto, always, never]
      -q, --quiet                 Say less
      -v, --verbose...            Say more, on stderr; twice for every request
      -h, --help                  Print help
      -V, --version               Print version
    ");
    assert_snapshot!(help("catalogue diff"), @"
    What a newer release adds, removes and changes, and which of your policies that touches

    Usage: sspr-policy catalogue diff [OPTIONS] <OLD> <NEW>

    Arguments:
      <OLD>  A table made by `catalogue import`, a DDF bundle or its folder, or `embedded`
      <NEW>  The newer one, likewise

    Options:
          --dir <FOLDER>          The policy repository: the folder with sspr-policy.yaml [default: .]
          --output-format <FORM>  The form of the differences [default: human] [possible values: human,
                                  json]
          --env <NAME>            The environment in sspr-policy.yaml; its `default:` without this
          --color <WHEN>          When to colour [default: auto] [possible values: auto, always, never]
      -q, --quiet                 Say less
      -v, --verbose...            Say more, on stderr; twice for every request
      -h, --help                  Print help
      -V, --version               Print version
    ");
    assert_snapshot!(help("catalogue import"), @r"
    Make a catalogue from Microsoft's DDF files, for `catalogue:` in sspr-policy.yaml

    Usage: sspr-policy catalogue import [OPTIONS] <DDF>

    Arguments:
      <DDF>  A DDF v2 bundle as Microsoft publishes it, or the folder that it was unpacked to

    Options:
          --admx <FOLDER>   A PolicyDefinitions folder, such as C:\Windows\PolicyDefinitions, for
                            elements and registry values
          --dir <FOLDER>    The policy repository: the folder with sspr-policy.yaml [default: .]
          --env <NAME>      The environment in sspr-policy.yaml; its `default:` without this
          --out <FILE>      Write the catalogue here instead of to stdout
          --color <WHEN>    When to colour [default: auto] [possible values: auto, always, never]
          --release <NAME>  What it calls itself; by default after the bundle's name
      -q, --quiet           Say less
      -v, --verbose...      Say more, on stderr; twice for every request
      -h, --help            Print help
      -V, --version         Print version
    ");
    assert_snapshot!(help("plan"), @"
    What `apply` would do; also the drift report

    Usage: sspr-policy plan [OPTIONS]

    Options:
          --dir <FOLDER>          The policy repository: the folder with sspr-policy.yaml [default: .]
          --out <FILE>            Save the plan, for `apply FILE`; it holds no secrets
          --env <NAME>            The environment in sspr-policy.yaml; its `default:` without this
          --only <GLOB>           Only keys that match, such as 'sspr/*'
          --color <WHEN>          When to colour [default: auto] [possible values: auto, always, never]
          --requests              Print the requests of the changes, with secrets blanked
          --detailed-exitcode     2 when there are changes
      -q, --quiet                 Say less
          --strict                What could not be compared fails
      -v, --verbose...            Say more, on stderr; twice for every request
          --override-limits       The limits of the environment do not stop an apply of this plan; it
                                  says which
          --output-format <FORM>  The form of the plan [default: human] [possible values: human, json,
                                  markdown]
      -h, --help                  Print help
      -V, --version               Print version
    ");
    assert_snapshot!(help("show"), @"
    A saved plan

    Usage: sspr-policy show [OPTIONS] <FILE>

    Arguments:
      <FILE>  A file that `plan --out` wrote

    Options:
          --dir <FOLDER>          The policy repository: the folder with sspr-policy.yaml [default: .]
          --output-format <FORM>  The form of the plan [default: human] [possible values: human, json,
                                  markdown]
          --env <NAME>            The environment in sspr-policy.yaml; its `default:` without this
          --color <WHEN>          When to colour [default: auto] [possible values: auto, always, never]
      -q, --quiet                 Say less
      -v, --verbose...            Say more, on stderr; twice for every request
      -h, --help                  Print help
      -V, --version               Print version
    ");
    assert_snapshot!(help("apply"), @"
    Bring the tenant to the written state; asks first

    Usage: sspr-policy apply [OPTIONS] [PLAN]

    Arguments:
      [PLAN]  A plan that `plan --out` saved: what it does not approve is refused

    Options:
          --auto-approve          Do not ask
          --dir <FOLDER>          The policy repository: the folder with sspr-policy.yaml [default: .]
          --env <NAME>            The environment in sspr-policy.yaml; its `default:` without this
          --only <GLOB>           Only keys that match, such as 'sspr/*'
          --color <WHEN>          When to colour [default: auto] [possible values: auto, always, never]
          --override-limits       The limits of the environment do not stop this, if you say yes to what
                                  it passes over; a saved plan says itself
          --justification <TEXT>  What approvers read, where a second administrator has to approve
      -q, --quiet                 Say less
      -v, --verbose...            Say more, on stderr; twice for every request
      -h, --help                  Print help
      -V, --version               Print version

    Exit codes: 0 done, 1 something failed, 3 nothing failed and something waits for approval
    ");
    assert_snapshot!(help("export"), @"
    The same policies as .reg files, or what no in-box template offers as ADMX

    Usage: sspr-policy export [OPTIONS] <COMMAND>

    Commands:
      reg   Registry files, for environments without Intune, also Windows 7 and 8.1
      admx  A Group Policy template for what Windows' own templates do not offer (not for Intune: it
            refuses these keys)
      help  Print this message or the help of the given subcommand(s)

    Options:
          --dir <FOLDER>  The policy repository: the folder with sspr-policy.yaml [default: .]
          --env <NAME>    The environment in sspr-policy.yaml; its `default:` without this
          --color <WHEN>  When to colour [default: auto] [possible values: auto, always, never]
      -q, --quiet         Say less
      -v, --verbose...    Say more, on stderr; twice for every request
      -h, --help          Print help
      -V, --version       Print version
    ");
    assert_snapshot!(help("export reg"), @"
    Registry files, for environments without Intune, also Windows 7 and 8.1

    Usage: sspr-policy export reg [OPTIONS] --out <PATH> [PATHS]...

    Arguments:
      [PATHS]...  Policy files or folders; all active and retired ones without this. Drafts only when
                  named

    Options:
          --dir <FOLDER>      The policy repository: the folder with sspr-policy.yaml [default: .]
          --out <PATH>        A file: one document. A folder (it is there, or ends with a slash): one
                              per policy
          --env <NAME>        The environment in sspr-policy.yaml; its `default:` without this
          --skip-unsupported  List what the format cannot express, and go on
          --color <WHEN>      When to colour [default: auto] [possible values: auto, always, never]
      -q, --quiet             Say less
      -v, --verbose...        Say more, on stderr; twice for every request
      -h, --help              Print help
      -V, --version           Print version
    ");
    assert_snapshot!(help("export admx"), @"
    A Group Policy template for what Windows' own templates do not offer (not for Intune: it refuses
    these keys)

    Usage: sspr-policy export admx [OPTIONS] --out <PATH> [PATHS]...

    Arguments:
      [PATHS]...  Policy files or folders; all active and retired ones without this. Drafts only when
                  named

    Options:
          --dir <FOLDER>      The policy repository: the folder with sspr-policy.yaml [default: .]
          --out <PATH>        A file: one document. A folder (it is there, or ends with a slash): one
                              per policy
          --env <NAME>        The environment in sspr-policy.yaml; its `default:` without this
          --skip-unsupported  List what the format cannot express, and go on
          --color <WHEN>      When to colour [default: auto] [possible values: auto, always, never]
      -q, --quiet             Say less
      -v, --verbose...        Say more, on stderr; twice for every request
      -h, --help              Print help
      -V, --version           Print version
    ");
    assert_snapshot!(help("disown"), @"
    Take our marker off a profile in the tenant, and change nothing else

    Usage: sspr-policy disown [OPTIONS] <ID>

    Arguments:
      <ID>  The profile's id

    Options:
          --dir <FOLDER>          The policy repository: the folder with sspr-policy.yaml [default: .]
          --justification <TEXT>  What approvers read, where a second administrator has to approve
          --env <NAME>            The environment in sspr-policy.yaml; its `default:` without this
          --color <WHEN>          When to colour [default: auto] [possible values: auto, always, never]
      -q, --quiet                 Say less
      -v, --verbose...            Say more, on stderr; twice for every request
      -h, --help                  Print help
      -V, --version               Print version

    Exit codes: 0 done, 1 something failed, 3 nothing failed and something waits for approval
    ");
    assert_snapshot!(help("sandbox"), @"
    The embedded Microsoft Graph, for trying and testing

    Usage: sspr-policy sandbox [OPTIONS] <COMMAND>

    Commands:
      serve    Serve it on loopback for other programs, until Ctrl+C
      approve  Approve what waits for Multi Admin Approval; without a code, list it
      reject   Reject what waits for Multi Admin Approval; without a code, list it
      reset    Forget everything in it
      help     Print this message or the help of the given subcommand(s)

    Options:
          --dir <FOLDER>  The policy repository: the folder with sspr-policy.yaml [default: .]
          --env <NAME>    The environment in sspr-policy.yaml; its `default:` without this
          --color <WHEN>  When to colour [default: auto] [possible values: auto, always, never]
      -q, --quiet         Say less
      -v, --verbose...    Say more, on stderr; twice for every request
      -h, --help          Print help
      -V, --version       Print version
    ");
    assert_snapshot!(help("schema"), @"
    JSON Schemas of policies, configuration and plans

    Usage: sspr-policy schema [OPTIONS] [DOCUMENT]

    Arguments:
      [DOCUMENT]  Which document [possible values: policy, configuration, plan]

    Options:
          --dir <FOLDER>  The policy repository: the folder with sspr-policy.yaml [default: .]
          --out <FOLDER>  Write all schemas into this folder
          --env <NAME>    The environment in sspr-policy.yaml; its `default:` without this
          --color <WHEN>  When to colour [default: auto] [possible values: auto, always, never]
      -q, --quiet         Say less
      -v, --verbose...    Say more, on stderr; twice for every request
      -h, --help          Print help
      -V, --version       Print version
    ");
    assert_snapshot!(help("completions"), @"
    Completions for a shell

    Usage: sspr-policy completions [OPTIONS] <SHELL>

    Arguments:
      <SHELL>  Which shell [possible values: bash, elvish, fish, powershell, zsh]

    Options:
          --dir <FOLDER>  The policy repository: the folder with sspr-policy.yaml [default: .]
          --env <NAME>    The environment in sspr-policy.yaml; its `default:` without this
          --color <WHEN>  When to colour [default: auto] [possible values: auto, always, never]
      -q, --quiet         Say less
      -v, --verbose...    Say more, on stderr; twice for every request
      -h, --help          Print help
      -V, --version       Print version
    ");
}

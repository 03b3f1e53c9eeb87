//! The command line: help, `init`, and what it says when it cannot go on.
#![allow(clippy::unwrap_used)]

mod repository;

use insta::assert_snapshot;
use repository::Repository;

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
                 or path, ADMX or security template name, settings catalog id), a rule by code or name,
                 or a target of this repository

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

#[test]
fn the_version_is_the_packages() {
    assert_eq!(Repository::empty().run("--version"), format!("sspr-policy {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn a_wrong_usage_is_exit_code_1() {
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
fn init_makes_a_repository_that_passes_check() {
    let repository = Repository::empty();
    assert_snapshot!(repository.run("init --owner contoso-endpoint"), @"
    wrote sspr-policy.yaml
    wrote policies/sspr/lock-screen-reset.yaml
    wrote .github/workflows/policies.yml
    wrote .gitignore
    wrote .gitattributes
    wrote .vscode/settings.json
    wrote .vscode/extensions.json
    wrote schemas/policy.schema.json
    wrote schemas/configuration.schema.json

    A policy repository of contoso-endpoint. Next:

      sspr-policy check     what is wrong
      sspr-policy plan      what would be done, in the embedded sandbox
      sspr-policy apply     do it there

    For your own tenant, fill in `production` in sspr-policy.yaml.
    ");
    assert_snapshot!(repository.run("check --strict"), @"0 errors, 0 warnings in 1 policy");
    assert_snapshot!(repository.run("validate"), @"0 errors, 0 warnings in 1 policy");
    assert_snapshot!(repository.read("sspr-policy.yaml"), @"
    # yaml-language-server: $schema=schemas/configuration.schema.json
    owner: contoso-endpoint                 # who owns what this repository makes; part of each profile's marker in the tenant
    default: sandbox                 # the environment that commands use without --env

    # Assignments by name. Policies say `assignments: pilot`.
    targets:
      pilot:
        include: [{ group: SSPR Pilot }]
        exclude: [{ group: Kiosks }]

    environments:
      # The embedded Microsoft Graph: nobody's tenant, for trying. Its state lies in .sspr-policy/.
      sandbox: { tenant: sandbox }

      # Your tenant: take one comment sign away from each of the lines below, and fill in.

      # production:
      #   tenant: contoso.onmicrosoft.com            # its id, or one of its domains
      #   # Who signs in: the first that is there of SSPR_POLICY_TOKEN, a pipeline's identity, a secret or certificate from the
      #   # environment, a managed identity, the Azure CLI. `sspr-policy doctor --env production` shows it.
      #   auth:
      #     method: auto                             # or name one: token, github-oidc, client-secret, azure-cli, …
      #     plan: { client_id: 00000000-0000-0000-0000-000000000000 }      # an application that may read
      #     apply: { client_id: 00000000-0000-0000-0000-000000000000 }     # an application that may write
      #   limits: { max_changes: 50, max_deletes: 5 }
    ");
    assert_snapshot!(repository.read("policies/sspr/lock-screen-reset.yaml"), @r#"
    # yaml-language-server: $schema=../../schemas/policy.schema.json
    name: Windows - Password reset at sign-in
    description: Shows "Reset password" at the Windows sign-in screen.
    windows: "10 1803"

    settings:
      Authentication/AllowAadPasswordReset: Allowed

    assignments: pilot
    "#);
    let again = repository.run("init");
    assert_snapshot!(again, @"
    error: this folder is a policy repository already: sspr-policy.yaml is there
    help: `sspr-policy plan` shows what its policies would do
    exit code 1
    ");
}

#[test]
fn what_init_leaves_to_fill_in_needs_nothing_but_values() {
    let repository = Repository::empty();
    repository.run("init --owner contoso-endpoint");
    let text =
        repository.read("sspr-policy.yaml").replace("  # production:", "  production:").replace("  #   ", "    ");
    std::fs::write(repository.path("sspr-policy.yaml"), &text).unwrap();
    assert_snapshot!(repository.run("check"), @r#"
    error[SP0412]: this names no application
      --> sspr-policy.yaml:23:26
       |
    23 |       plan: { client_id: 00000000-0000-0000-0000-000000000000 }      # an application that may read
       |                          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ nothing but zeros
       |
       = help: write "Application (client) ID", as the application's overview in Entra shows it; `token`, `azure-cli` and a machine's own identity need none: then take the line out

    error[SP0412]: this names no application
      --> sspr-policy.yaml:24:27
       |
    24 |       apply: { client_id: 00000000-0000-0000-0000-000000000000 }     # an application that may write
       |                           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ nothing but zeros
       |
       = help: write "Application (client) ID", as the application's overview in Entra shows it; `token`, `azure-cli` and a machine's own identity need none: then take the line out

    2 errors, 0 warnings in 1 policy
    exit code 1
    "#);
    let filled_in = text.replace("00000000-0000-0000-0000-000000000000", "5f1c3a52-8f7e-4a36-9d6b-0d6c2c2f6a11");
    std::fs::write(repository.path("sspr-policy.yaml"), filled_in).unwrap();
    assert_snapshot!(repository.run("check"), @"0 errors, 0 warnings in 1 policy");
}

#[test]
fn init_writes_over_nothing_and_takes_its_owner_from_the_folder() {
    let repository = Repository::empty().with("Contoso IT/.gitignore", "mine\n");
    let said = repository.run_with(&["--dir", "Contoso IT", "init"]);
    assert_snapshot!(said, @"
    wrote sspr-policy.yaml
    wrote policies/sspr/lock-screen-reset.yaml
    wrote .github/workflows/policies.yml
    kept  .gitignore (it is there already)
    wrote .gitattributes
    wrote .vscode/settings.json
    wrote .vscode/extensions.json
    wrote schemas/policy.schema.json
    wrote schemas/configuration.schema.json

    A policy repository of contoso-it. Next:

      sspr-policy check     what is wrong
      sspr-policy plan      what would be done, in the embedded sandbox
      sspr-policy apply     do it there

    For your own tenant, fill in `production` in sspr-policy.yaml.
    ");
    assert_eq!(repository.read("Contoso IT/.gitignore"), "mine\n");
    let wrong = Repository::empty().run_with(&["init", "--owner", "Contoso IT"]);
    assert_snapshot!(wrong, @"
    error: `Contoso IT` is no owner: an owner is made of a-z, 0-9, `.`, `_` and `-`, not `C`
    help: give one with `--owner`
    exit code 1
    ");
}

#[test]
fn without_a_configuration_the_way_out_is_said() {
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
fn an_environment_is_one_of_the_configuration() {
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

// -- export --

fn exportable() -> Repository {
    Repository::new()
        .with("policies/reset.yaml", "name: R\nsettings: { Authentication/AllowAadPasswordReset: 1 }\n")
        .with("policies/toasts.yaml", "name: T\nsettings: { AboveLock/AllowToasts: 0 }\n")
        .with("policies/drafts/draft.yaml", "name: D\nstate: draft\nsettings: { Camera/AllowCamera: 0 }\n")
}

#[test]
fn what_has_no_registry_form_is_an_error_that_names_it() {
    let repository = exportable();
    assert_snapshot!(repository.run("export reg --out out.reg"), @"
    error[SP0303]: AboveLock/AllowToasts cannot be written in this format
     --> policies/toasts.yaml:2:13
      |
    2 | settings: { AboveLock/AllowToasts: 0 }
      |             ^^^^^^^^^^^^^^^^^^^^^ no registry value is known that sets the same
      |
      = help: state the registry value yourself with `registry:` in the long form, or leave it out with `--skip-unsupported`
    error: 1 error in the files; nothing was done
    exit code 1
    ");
    assert!(!repository.path("out.reg").exists());
    assert_snapshot!(repository.run("export reg --out out.reg --skip-unsupported"), @"
    left out, because the format cannot express it:
      policies/toasts.yaml:2:13: AboveLock/AllowToasts (no registry value is known that sets the same)
    wrote out.reg
    ");
    assert!(repository.path("out.reg").exists());
}

#[test]
fn a_draft_is_exported_when_its_file_is_named() {
    let repository = exportable();
    assert_snapshot!(repository.run("export reg policies/drafts --out out.reg"), @"
    error: policies/drafts: only drafts are there: name a draft's own file
    exit code 1
    ");
    assert_snapshot!(repository.run("export reg policies/drafts/draft.yaml --out out.reg"), @"wrote out.reg");
    assert_snapshot!(repository.run("export reg policies/nowhere.yaml --out out.reg"), @"
    error: policies/nowhere.yaml: there is no such file or folder
    exit code 1
    ");
    assert_snapshot!(repository.run("export reg policies/reset.yaml"), @"
    error: the following required arguments were not provided:
      --out <PATH>

    Usage: sspr-policy export reg --out <PATH> <PATHS>...

    For more information, try '--help'.
    exit code 1
    ");
}

#[test]
fn two_policies_that_give_one_value_two_contents_are_an_error_with_both_lines() {
    let repository = Repository::new()
        .with("policies/a.yaml", "name: A\nsettings: { Authentication/AllowAadPasswordReset: 1 }\n")
        .with(
            "policies/b.yaml",
            r"
            name: B
            registry: { 'HKLM\SOFTWARE\Policies\Microsoft\AzureADAccount': { AllowPasswordReset: 0 } }
            ",
        );
    assert_snapshot!(repository.run("export reg --out out.reg"), @r"
    error[SP0304]: HKLM\SOFTWARE\Policies\Microsoft\AzureADAccount AllowPasswordReset gets two contents
     --> policies/b.yaml:2:86
      |
    2 | registry: { 'HKLM\SOFTWARE\Policies\Microsoft\AzureADAccount': { AllowPasswordReset: 0 } }
      |                                                                                      ^ another content here
      |
     ::: policies/a.yaml:2:51
      |
    2 | settings: { Authentication/AllowAadPasswordReset: 1 }
      |                                                   - one content here, by Authentication/AllowAadPasswordReset
      |
      = help: one file can hold one of them: change one policy, or export them to two files
    error: 1 error in the files; nothing was done
    exit code 1
    ");
}

#[test]
fn a_policy_with_an_error_is_not_exported() {
    let repository = Repository::new().with("policies/a.yaml", "name: A\nsettings: { Camera/AllowCamera: 7 }\n");
    assert_snapshot!(repository.run("export admx --out out/"), @"
    error[SP0204]: value is not one of the allowed ones
     --> policies/a.yaml:2:33
      |
    2 | settings: { Camera/AllowCamera: 7 }
      |                                 ^ Camera/AllowCamera takes 0 (Not allowed) or 1 (Allowed)
      |
      = note: source: DDF February 2026
    error: 1 error in the files; nothing was done
    exit code 1
    ");
    assert_eq!(repository.files(), ["policies/a.yaml", "sspr-policy.yaml"]);
}

#[test]
fn an_admx_names_what_windows_offers_itself() {
    let repository = exportable();
    assert_snapshot!(repository.run("export admx policies/reset.yaml --out out/"), @r"
    wrote out/sspr-policy-contoso.admx
    wrote out/en-US/sspr-policy-contoso.adml
    This template is for Group Policy: copy both files to PolicyDefinitions of a central store or a computer.
    Intune cannot ingest it: it refuses templates that write below Software\Policies\Microsoft. For Intune, use `apply`.
    ");
    assert_snapshot!(repository.run("export admx policies/drafts/draft.yaml --out out/"), @"
    Windows' own templates and security settings offer these; choose there:
      Camera/AllowCamera
        Computer > Administrative Templates > Windows Components > Camera > Allow Use of Camera
        Disabled (it writes AllowCamera = 0)
    there is nothing that Windows' own templates do not offer: no template was written
    ");
}

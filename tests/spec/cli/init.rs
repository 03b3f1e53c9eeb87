//! `init`, and the values that it leaves to fill in.

use insta::assert_snapshot;

use crate::harness::repository::Repository;

#[test]
fn init_creates_a_repository_that_passes_check() {
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
fn a_repository_from_init_only_needs_its_placeholders_filled_in() {
    let repository = Repository::empty();
    repository.succeeds("init --owner contoso-endpoint");
    let text =
        repository.read("sspr-policy.yaml").replace("  # production:", "  production:").replace("  #   ", "    ");
    std::fs::write(repository.path("sspr-policy.yaml"), &text).unwrap();
    assert_snapshot!(repository.run("check"), @r#"
    error[SP0412]: this is not the ID of an application
      --> sspr-policy.yaml:23:26
       |
    23 |       plan: { client_id: 00000000-0000-0000-0000-000000000000 }      # an application that may read
       |                          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ this ID is all zeros
       |
       = help: write "Application (client) ID", as the application's overview in Entra shows it; `token`, `azure-cli` and a machine's own identity need none: then take the line out

    error[SP0412]: this is not the ID of an application
      --> sspr-policy.yaml:24:27
       |
    24 |       apply: { client_id: 00000000-0000-0000-0000-000000000000 }     # an application that may write
       |                           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ this ID is all zeros
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
fn init_overwrites_nothing_and_names_the_owner_after_the_folder() {
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
    error: `Contoso IT` is no owner: an owner can contain only a-z, 0-9, `.`, `_` and `-`, not `C`
    help: give one with `--owner`
    exit code 1
    ");
}

//! `init`, and the values that it leaves to fill in.

use insta::assert_snapshot;

use crate::harness::Repository;

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

    Created a policy repository with the owner contoso-endpoint. Next:

      sspr-policy check     check the policies
      sspr-policy plan      show what would change in the embedded sandbox
      sspr-policy apply     make these changes

    To use your own tenant, fill in `production` in sspr-policy.yaml.
    ");
    assert_snapshot!(repository.run("check --strict"), @"0 errors, 0 warnings in 1 policy");
    assert_snapshot!(repository.run("validate"), @"0 errors, 0 warnings in 1 policy");
    assert_snapshot!(repository.read("sspr-policy.yaml"), @"
    # yaml-language-server: $schema=schemas/configuration.schema.json
    owner: contoso-endpoint                 # the owner of this repository's profiles; part of each profile's marker in the tenant
    default: sandbox                 # the environment to use without --env

    # Named assignments, for `assignments: pilot` in policies.
    targets:
      pilot:
        include: [{ group: SSPR Pilot }]
        exclude: [{ group: Kiosks }]

    environments:
      # An embedded Microsoft Graph for trying things out. It keeps its state in .sspr-policy/.
      sandbox: { tenant: sandbox }

      # Your tenant: uncomment the lines below and fill in your values.

      # production:
      #   tenant: contoso.onmicrosoft.com            # the tenant's ID, or one of its domains
      #   # `auto` signs in with the first of these that is available: SSPR_POLICY_TOKEN, the pipeline's identity, a secret or
      #   # certificate from environment variables, a managed identity, the Azure CLI. To see which one, run
      #   # `sspr-policy doctor --env production`.
      #   auth:
      #     method: auto                             # or one of token, github-oidc, client-secret, azure-cli, …
      #     plan: { client_id: 00000000-0000-0000-0000-000000000000 }      # an app registration with read permissions
      #     apply: { client_id: 00000000-0000-0000-0000-000000000000 }     # an app registration with write permissions
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
    error: this folder is already a policy repository: it contains sspr-policy.yaml
    help: run `sspr-policy plan` to see what its policies would change
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
      --> sspr-policy.yaml:24:26
       |
    24 |       plan: { client_id: 00000000-0000-0000-0000-000000000000 }      # an app registration with read permissions
       |                          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ this ID is all zeros
       |
       = help: write the "Application (client) ID", as the application's overview in Entra shows it; `token`, `azure-cli` and a managed identity do not need it: remove the line

    error[SP0412]: this is not the ID of an application
      --> sspr-policy.yaml:25:27
       |
    25 |       apply: { client_id: 00000000-0000-0000-0000-000000000000 }     # an app registration with write permissions
       |                           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ this ID is all zeros
       |
       = help: write the "Application (client) ID", as the application's overview in Entra shows it; `token`, `azure-cli` and a managed identity do not need it: remove the line

    2 errors (SP0412), 0 warnings in 1 policy
    exit code 1
    "#);
    let filled_in = text.replace("00000000-0000-0000-0000-000000000000", "5f1c3a52-8f7e-4a36-9d6b-0d6c2c2f6a11");
    std::fs::write(repository.path("sspr-policy.yaml"), filled_in).unwrap();
    assert_snapshot!(repository.run("check"), @"0 errors, 0 warnings in 1 policy");
}

#[test]
fn init_overwrites_nothing_and_names_the_owner_after_the_folder() {
    let repository = Repository::empty().with("Contoso IT/.gitignore", "mine\n");
    let said = repository.run(&["--dir", "Contoso IT", "init"]);
    assert_snapshot!(said, @"
    wrote sspr-policy.yaml
    wrote policies/sspr/lock-screen-reset.yaml
    wrote .github/workflows/policies.yml
    kept  .gitignore (already exists)
    wrote .gitattributes
    wrote .vscode/settings.json
    wrote .vscode/extensions.json
    wrote schemas/policy.schema.json
    wrote schemas/configuration.schema.json

    Created a policy repository with the owner contoso-it. Next:

      sspr-policy check     check the policies
      sspr-policy plan      show what would change in the embedded sandbox
      sspr-policy apply     make these changes

    To use your own tenant, fill in `production` in sspr-policy.yaml.
    ");
    assert_eq!(repository.read("Contoso IT/.gitignore"), "mine\n");
    let wrong = Repository::empty().run(&["init", "--owner", "Contoso IT"]);
    assert_snapshot!(wrong, @"
    error: `Contoso IT` cannot be used as an owner: an owner can contain only a-z, 0-9, `.`, `_` and `-`, not `C`
    help: choose one with `--owner NAME`
    exit code 1
    ");
}

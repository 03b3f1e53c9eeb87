//! `init`: a policy repository with a first policy, the configuration, editor settings and a pipeline.

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use clap::Args;
use handlebars::Handlebars;
use serde_json::json;

use super::Global;
use super::generated::Document;
use super::output::Output;
use crate::catalogue::Catalogue;
use crate::failure::Failure;
use crate::folder::{FileProblem, UntrustedFolder};
use crate::policy::check_owner;
use crate::repository::{CONFIGURATION, shown};

#[derive(Debug, Args)]
pub(super) struct InitArgs {
    /// Owner of the profiles that this repository creates [default: the folder's name]
    #[arg(long)]
    owner: Option<String>,
}

const TEMPLATES: [(&str, &str); 7] = [
    (CONFIGURATION, include_str!("../../templates/sspr-policy.yaml.hbs")),
    ("policies/sspr/lock-screen-reset.yaml", include_str!("../../templates/lock-screen-reset.yaml.hbs")),
    (".github/workflows/policies.yml", include_str!("../../templates/workflow.yml.hbs")),
    (".gitignore", include_str!("../../templates/gitignore.hbs")),
    (".gitattributes", include_str!("../../templates/gitattributes.hbs")),
    (".vscode/settings.json", include_str!("../../templates/vscode-settings.json.hbs")),
    (".vscode/extensions.json", include_str!("../../templates/vscode-extensions.json.hbs")),
];

pub(super) fn run(args: &InitArgs, global: &Global, output: &Output) -> Result<ExitCode, Failure> {
    let root = &global.dir;
    let failed = |error: std::io::Error| Failure::new(format!("{}: {error}", root.display()));
    fs::create_dir_all(root).map_err(failed)?;
    let folder = UntrustedFolder::open(root).map_err(failed)?;
    if folder.kind(CONFIGURATION).is_some() {
        return Err(Failure::with_help(
            format!("{} is already a policy repository: it contains {CONFIGURATION}", shown(root)),
            "run `sspr-policy plan` to see what its policies would change",
        ));
    }
    let owner = match &args.owner {
        Some(owner) => owner.clone(),
        None => owner_of(&fs::canonicalize(root).map_err(failed)?),
    };
    check_owner(&owner).map_err(|reason| {
        Failure::with_help(format!("`{owner}` cannot be used as an owner: {reason}"), "choose one with `--owner NAME`")
    })?;
    let mut engine = Handlebars::new();
    engine.set_strict_mode(true);
    engine.register_escape_fn(handlebars::no_escape);
    let values = json!({ "owner": owner, "version": env!("CARGO_PKG_VERSION") });
    for (path, template) in TEMPLATES {
        let text =
            engine.render_template(template, &values).map_err(|error| Failure::new(format!("{path}: {error}")))?;
        write(&folder, path, &text, output)?;
    }
    for document in [Document::Policy, Document::Configuration] {
        let (name, text) = (document.file_name(), document.schema(Catalogue::embedded()));
        write(&folder, &format!("schemas/{name}"), &text, output)?;
    }
    output.say(&format!(
        "\nCreated a policy repository with the owner {owner}. Next:\n\n  sspr-policy check     check the policies\n  sspr-policy plan      show what would change in the embedded sandbox\n  sspr-policy apply     make these changes\n\n\
         To use your own tenant, fill in `production` in {CONFIGURATION}."
    ));
    Ok(ExitCode::SUCCESS)
}

/// Turns the folder's name into an owner.
fn owner_of(folder: &Path) -> String {
    let name = folder.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    let letters: String =
        name.chars().map(|c| if c.is_ascii_lowercase() || c.is_ascii_digit() { c } else { '-' }).collect();
    let owner: String = letters.trim_matches('-').chars().take(60).collect();
    if owner.is_empty() { "my-team".into() } else { owner }
}

/// Writes a file, unless it exists. No link is followed, because the folder may be a clone of a repository.
fn write(folder: &UntrustedFolder, path: &str, text: &str, output: &Output) -> Result<(), Failure> {
    match folder.create(path, text.as_bytes()) {
        Ok(()) => output.say(&format!("wrote {path}")),
        Err(error) if matches!(error.problem, FileProblem::Exists) => {
            output.say(&format!("kept  {path} (already exists)"));
        }
        Err(error) => return Err(Failure::new(format!("cannot write {path}: {error}"))),
    }
    Ok(())
}

//! `explain`: shows a setting, a rule, the code of a problem or a target on one screen.

mod code;
mod policy;
mod registry;
mod rule;
mod screen;
mod setting;
mod target;
mod used;

use std::process::ExitCode;

use clap::Args;

use super::output::Output;
use super::{Global, catalogue_of, repository_if_any};
use crate::catalogue::{Catalogue, CatalogueEntry, Found};
use crate::diagnostic::{Code, counted};
use crate::failure::Failure;
use crate::report::{WIDTH, wrap};
use crate::rules;

#[derive(Debug, Args)]
pub(super) struct ExplainArgs {
    /// A setting by any of its names (Area/Name, OMA-URI, registry value, Group Policy title or path, ADMX or security
    /// template name, settings catalog ID), a rule by code or name (`rules` lists them), the code of a problem
    /// (SP0201), or a target of this repository
    #[arg(required = true)]
    what: Vec<String>,
}

pub(super) fn run(args: &ExplainArgs, global: &Global, output: &Output) -> Result<ExitCode, Failure> {
    let what = args.what.join(" ");
    if what.eq_ignore_ascii_case("rules") {
        output.result(&rule::rules_text());
        return Ok(ExitCode::SUCCESS);
    }
    if code::is_code(&what) {
        let code = Code::of_number(&what).ok_or_else(|| code::unknown_code(&what))?;
        output.result(&code::code_text(code));
        return Ok(ExitCode::SUCCESS);
    }
    if let Some(rule) = rules::rule(&what) {
        output.result(&rule::rule_text(rule));
        return Ok(ExitCode::SUCCESS);
    }
    let repository = repository_if_any(global, output);
    let repository = repository.as_ref();
    if let Some(text) = repository.and_then(|repository| target::target_text(&what, repository)) {
        output.result(&text);
        return Ok(ExitCode::SUCCESS);
    }
    let catalogue = catalogue_of(repository);
    let found = catalogue.named(&what);
    match found.as_slice() {
        [] => return Err(unknown(&what, catalogue)),
        [Found { entry: CatalogueEntry::Node(node), scope }] => {
            output.result(&setting::setting_text(node, *scope, catalogue, repository));
        }
        [Found { entry: CatalogueEntry::Policy(policy), scope }] => {
            output.result(&policy::policy_text(policy, *scope, catalogue, repository));
        }
        several => output.result(&several_text(&what, several, catalogue)),
    }
    Ok(ExitCode::SUCCESS)
}

/// Lists several settings with the same name. Each line begins with a name that selects only this one.
fn several_text(what: &str, found: &[Found<'_>], catalogue: &Catalogue) -> String {
    let mut text = format!("`{what}` is the name of {}:\n", counted(found.len(), "setting"));
    for Found { entry, scope } in found {
        let (name, note) = match entry {
            CatalogueEntry::Node(node) => (catalogue.name_of(&node.address(*scope)), ""),
            CatalogueEntry::Policy(policy) => (policy.policy.clone(), "; no node"),
        };
        text.push_str(&format!("\n  {name}   ({}{note})\n", entry.scope_words().join(", ")));
        if let Some(policy) = entry.group_policy() {
            for line in wrap(&policy.full_path(*scope), WIDTH - 6) {
                text.push_str(&format!("      {line}\n"));
            }
        }
    }
    text
}

fn unknown(what: &str, catalogue: &Catalogue) -> Failure {
    let search = format!("`sspr-policy catalogue search {what}` searches the catalogue");
    let near = catalogue.suggest_any(what, rules::RULES.iter().map(|rule| rule.id.name));
    let help = match near {
        Some(near) => format!("Did you mean `{near}`? {search}"),
        None => format!("{search}; a setting is `Area/Name`, an OMA-URI, a registry value or a Group Policy"),
    };
    Failure::with_help(format!("no setting, rule or target is called `{what}`"), help)
}

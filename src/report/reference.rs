//! The pages of `docs/` that are made from the program itself.

use super::rule::{RuleLine, rule_lines};
use crate::diagnostic::{About, Code};
use crate::formats::yaml::wrap;
use crate::rules::{Area, Rule};

/// How wide the pages are.
const WIDTH: usize = 120;

/// All of them, by file name.
pub fn pages() -> Vec<(&'static str, String)> {
    vec![("codes.md", codes()), ("rules.md", rules())]
}

/// A page that people do not edit.
fn page(title: &str, introduction: &str) -> String {
    let made = "<!-- Generated from the program: `cargo run -- reference --out docs` writes it again. -->";
    format!("# {title}\n\n{made}\n\n{}\n", wrap(introduction, WIDTH).join("\n"))
}

/// Every code of a problem, with a table to find it in.
fn codes() -> String {
    let mut text = page(
        "Codes",
        "Each error, warning and note has a code. This page explains them; `sspr-policy explain SP0201` prints the same \
         for one code. A finding of a rule has the rule's code instead, such as `I01`: `sspr-policy explain I01`.",
    );
    text.push_str("\n| code | meaning |\n|---|---|\n");
    for About { number, title, .. } in Code::ALL.map(Code::about) {
        text.push_str(&format!("| [{number}](#{}) | {title} |\n", number.to_lowercase()));
    }
    for About { number, title, explanation, example } in Code::ALL.map(Code::about) {
        text.push_str(&format!("\n## {number}\n\n**{title}.**\n\n{}\n", wrap(explanation, WIDTH).join("\n")));
        if let Some(example) = example {
            text.push_str(&format!("\n```yaml\n{example}```\n"));
        }
    }
    text
}

/// Every rule, by area.
fn rules() -> String {
    let mut text = page(
        "Rules",
        "What can break password reset at the Windows sign-in screen, and what else the program warns about. A finding \
         has the rule's code; `sspr-policy explain I01` prints the same for one rule. To accept a finding, write `waive:` in \
         the policy, with a reason and an end date.",
    );
    for area in Area::ALL {
        text.push_str(&format!("\n## {}\n", area.title()));
        area.rules().iter().for_each(|rule| text.push_str(&section(rule)));
    }
    text
}

fn section(rule: &Rule) -> String {
    let mut text = format!("\n### {}: {}\n\n**{}.**\n\n", rule.id.code, rule.id.name, sentence(rule.title));
    for RuleLine { name, text: about, is_code } in rule_lines(rule) {
        let about = if is_code { format!("`{about}`") } else { about };
        text.push_str(&format!("- **{name}**: {about}\n"));
    }
    text
}

/// A title with a capital letter.
fn sentence(title: &str) -> String {
    let mut rest = title.chars();
    rest.next().map_or_else(String::new, |first| first.to_uppercase().chain(rest).collect())
}

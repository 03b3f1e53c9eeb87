//! Explains a rule: what it checks, why, and how to accept a finding. Also lists all rules.

use super::screen::Screen;
use crate::report::rule_lines;
use crate::rules::{Area, Rule};

/// The screen for a rule.
pub(super) fn rule_text(rule: &Rule) -> String {
    let mut screen = Screen::titled(&format!("{} {}\n\n  {}", rule.id.code, rule.id.name, rule.title), "");
    for line in rule_lines(rule) {
        screen.line(line.name, &line.text);
    }
    let waiver = format!("    waive:\n      - {{ rule: {}, reason: \"…\", until: 2027-12-31 }}\n", rule.id.name);
    screen.block("To accept it, in the policy", &waiver);
    screen.text()
}

/// The list of all rules by area, one per line.
pub(super) fn rules_text() -> String {
    let rules = |area: Area| area.rules().iter();
    let width = Area::ALL.into_iter().flat_map(rules).map(|rule| rule.id.name.len()).max().unwrap_or(0);
    let mut text = String::new();
    for area in Area::ALL {
        text.push_str(&format!("{}{}\n\n", if text.is_empty() { "" } else { "\n" }, area.title()));
        for rule in area.rules() {
            text.push_str(&format!("  {}  {:width$}  {}\n", rule.id.code, rule.id.name, rule.title));
        }
    }
    text + "\n`explain CODE` shows the details of a rule.\n"
}

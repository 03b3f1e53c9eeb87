//! A rule: what it looks at, why, and how to accept it.

use super::screen::Screen;
use crate::rules::{Condition, Rule, Way};

/// A rule on one screen.
pub(super) fn rule_text(rule: &Rule) -> String {
    let mut screen = Screen::titled(&format!("{} {}\n\n  {}", rule.code, rule.name, rule.title), "");
    screen.line("Symptom", rule.symptom);
    screen.line("Confidence", rule.confidence.word());
    if let Condition::Any(ways) = &rule.condition {
        for way in *ways {
            let shown = match way {
                Way::Node(name, bad) => format!("{} {bad}", name.trim_start_matches("Device/")),
                Way::Registry(key, name, bad) => format!("{key} {name} {bad}"),
            };
            screen.line("Looks at", &shown);
        }
    }
    if let Condition::All(codes) = &rule.condition {
        screen.line("Looks at", &codes.join(" and "));
    }
    screen.line("Remedy", rule.remedy);
    for source in rule.sources {
        screen.line("Source", source);
    }
    let waiver = format!("    waive:\n      - {{ rule: {}, reason: \"…\", until: 2027-12-31 }}\n", rule.name);
    screen.block("To accept it, in the policy", &waiver);
    screen.text()
}

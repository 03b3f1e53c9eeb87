//! What people should know about a rule: `explain` and docs/rules.md show the same.

use crate::rules::{Check, Rule};

/// A line about a rule.
pub struct RuleLine {
    pub name: &'static str,
    pub text: String,
    /// Whether the text is a name with a value, and not a sentence.
    pub is_code: bool,
}

/// The lines about a rule below its title, in their order.
pub fn rule_lines(rule: &Rule) -> Vec<RuleLine> {
    let line = |name, text: &str| RuleLine { name, text: text.to_string(), is_code: false };
    let mut lines = vec![
        line("Symptom", rule.symptom),
        line("Severity", &rule.severity.to_string()),
        line("Confidence", rule.confidence.word()),
    ];
    match &rule.check {
        Check::Values { bad, .. } => {
            lines.extend(bad.iter().map(|way| RuleLine { is_code: true, ..line("Looks at", &way.to_string()) }));
        }
        Check::Together { parts, .. } => {
            let codes: Vec<&str> = parts.iter().map(|part| part.id.code).collect();
            lines.push(line("Looks at", &codes.join(" and ")));
        }
        Check::Fact(what) => lines.push(line("Looks at", what)),
        Check::Stated => lines.push(line("Looks at", "a person must check this; a program cannot see it")),
    }
    lines.push(line("Remedy", rule.remedy));
    lines.extend(rule.sources.iter().map(|source| line("Source", source)));
    lines
}

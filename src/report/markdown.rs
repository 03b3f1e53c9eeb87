//! A plan for a pull request.

use super::outside::{markdown as escape, markdown_code as code};
use super::text::change::{MOST_LINES, more_lines};
use super::text::{plan_summary, reach};
use crate::diagnostic::DiagnosticDocument;
use crate::plan::{ActionWord, ChangeDocument, ForeignUnverifiedLine, PlanDocument, Sign, ValueLine, ValueText};

/// The whole plan. Texts from policies and the tenant are escaped, so that a name cannot become markup.
pub fn markdown(plan: &PlanDocument) -> String {
    let tenant = if plan.sandbox { "sandbox, not your tenant".into() } else { escape(&plan.tenant.name) };
    let mut text = format!("### Plan for {} ({tenant})\n\n{}\n", code(&plan.environment), escape(&plan_summary(plan)));
    for line in reach::reach(plan).into_iter().chain(reach::default_scope_tag(plan)).chain(reach::limits_line(plan)) {
        text.push_str(&format!("\n{}\n", escape(&line)));
    }
    for diagnostic in &plan.diagnostics {
        text.push_str(&finding(diagnostic));
    }
    if !plan.changes.is_empty() {
        text.push_str("\n| | profile | what changes |\n|---|---|---|\n");
        for change in &plan.changes {
            let unverified = plan.unverified_in(change);
            text.push_str(&row(change, unverified));
        }
    }
    for orphan in &plan.orphans {
        text.push_str(&format!("\n{} no longer has a policy file.\n", code(&orphan.object().to_string())));
    }
    for one in plan.unverified_alone() {
        let settings = escape(&one.settings.join(", "));
        text.push_str(&format!("\n{}: could not be compared: {settings}\n", code(&one.object().to_string())));
    }
    for ForeignUnverifiedLine { name, id, settings } in &plan.foreign_unverified {
        let id = if plan.is_shared_name(name) { format!(" ({})", code(id)) } else { String::new() };
        let (name, settings) = (code(name), escape(&settings.join(", ")));
        text.push_str(&format!(
            "\n{name}{id}, which is not managed here, may interfere; its values are masked: {settings}\n"
        ));
    }
    text
}

/// A finding or problem as a quotation; its notes and the help are a list, because lines of a paragraph would be joined.
fn finding(diagnostic: &DiagnosticDocument) -> String {
    let name = diagnostic.name.as_ref().map_or(String::new(), |name| format!("{}: ", escape(name)));
    let place = match (&diagnostic.file, diagnostic.line) {
        (Some(file), Some(line)) => format!(" ({})", code(&format!("{file}:{line}"))),
        _ => String::new(),
    };
    let label = if diagnostic.label.is_empty() { String::new() } else { format!(": {}", escape(&diagnostic.label)) };
    let (severity, code, message) = (diagnostic.severity.word(), code(&diagnostic.code), escape(&diagnostic.message));
    let mut text = format!("\n> **{severity}** {code} {name}{message}{place}{label}\n");
    for line in diagnostic.notes.iter().chain(&diagnostic.help) {
        text.push_str(&format!("> - {}\n", escape(line)));
    }
    text
}

fn row(change: &ChangeDocument, unverified: &[String]) -> String {
    let sign = match change.action {
        ActionWord::Create => "➕ add",
        ActionWord::Update => "✏️ change",
        ActionWord::Delete => "➖ delete",
    };
    let mut parts = Vec::new();
    if change.action != ActionWord::Create {
        parts.push(format!("_{}_", escape(&change.because)));
    }
    for field in &change.fields {
        if !field.lines.is_empty() {
            parts.push(format!("{}:{}", escape(&field.field), lines(&field.lines)));
            continue;
        }
        parts.push(match field.before.as_str() {
            "" => format!("{}: {}", escape(&field.field), code(&field.after)),
            before => format!("{}: {}", escape(&field.field), codes(before, &field.after)),
        });
    }
    for setting in &change.settings {
        if !setting.lines.is_empty() {
            let name = format!("{} {} [{}]", setting.sign.symbol(), code(&setting.name), escape(&setting.scope));
            let hidden = setting.before.as_ref().is_some_and(|value| value.text.is_none());
            parts.push(format!("{name}{}{}", if hidden { "<br>- _hidden_" } else { "" }, lines(&setting.lines)));
            continue;
        }
        let text = |value: &Option<ValueText>| value.as_ref().and_then(|value| value.text.clone());
        let values = match (text(&setting.before), text(&setting.after)) {
            (Some(before), Some(after)) => codes(&before, &after),
            (None, Some(after)) if setting.before.is_some() => format!("_hidden_ → {}", code(&after)),
            (None, None) => "_hidden_".into(),
            (before, after) => before.or(after).map_or(String::new(), |only| code(&only)),
        };
        parts.push(format!("{} {} [{}] {values}", setting.sign.symbol(), code(&setting.name), escape(&setting.scope)));
    }
    for name in unverified {
        parts.push(format!("? {} not verified", code(name)));
    }
    for line in &change.assignments {
        let members = line.members.map_or(String::new(), |members| format!(": {}", reach::members(members)));
        let widens = if line.widens { " ! its members will now get this profile" } else { "" };
        parts.push(format!("{} assignment {}{widens}{members}", line.sign.symbol(), escape(&line.words())));
    }
    for part in change.not_managed.iter().filter(|part| part.released) {
        parts.push(format!("{}: no longer managed, stays {}", escape(&part.part), code(&part.holds)));
    }
    format!(
        "| {sign} | {}<br>{} | {} |\n",
        code(&change.object().to_string()),
        escape(&change.name),
        parts.join("<br>")
    )
}

/// Old and new text as code.
fn codes(before: &str, after: &str) -> String {
    format!("{} → {}", code(before), code(after))
}

/// The lines that differ, each on its own in a table cell.
fn lines(lines: &[ValueLine]) -> String {
    let line = |line: &ValueLine| {
        let sign = line.sign.map_or("&nbsp;", |sign| if sign == Sign::Add { "+" } else { "-" });
        format!("<br>{sign} {}", code(&line.text))
    };
    let mut text: String = lines.iter().take(MOST_LINES).map(line).collect();
    if let Some(more) = lines.len().checked_sub(MOST_LINES).filter(|more| *more > 0) {
        text.push_str(&format!("<br>**{}**", escape(&more_lines(more))));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Severity;

    #[test]
    fn a_finding_has_all_that_the_terminal_shows() {
        let found = DiagnosticDocument {
            code: "I01".into(),
            name: Some("lock-screen-notifications-off".into()),
            severity: Severity::Warning,
            message: "\"Reset password\" is not shown".into(),
            file: Some("policies/sspr.yaml".into()),
            line: Some(7),
            column: Some(3),
            label: "turned off here".into(),
            notes: vec!["policies/lock.yaml:4:3: <b>set</b> here".into()],
            help: Some("write `0`".into()),
        };
        assert_eq!(
            finding(&found),
            r#"
> **warning** <code>I01</code> lock-screen-notifications-off: "Reset password" is not shown (<code>policies/sspr.yaml&#58;7</code>): turned off here
> - policies/lock.yaml:4:3: &lt;b&gt;set&lt;/b&gt; here
> - write \`0\`
"#
        );
        let bare =
            DiagnosticDocument { name: None, file: None, label: String::new(), notes: Vec::new(), help: None, ..found };
        assert_eq!(finding(&bare), "\n> **warning** <code>I01</code> \"Reset password\" is not shown\n");
    }
}

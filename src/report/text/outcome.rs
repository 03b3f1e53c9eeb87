//! The results of an apply, for a terminal.

use super::style::Paint;
use crate::plan::{Action, Change, Counts, Outcome};

/// One line with the result of a change.
pub fn outcome_line(change: &Change, outcome: &Outcome, paint: Paint) -> String {
    let (sign, done) = match change.action() {
        Action::Create => ('+', "added"),
        Action::Update => ('~', "changed"),
        Action::Delete => ('-', "deleted"),
    };
    let what = paint.sign(sign, &format!("{sign} {:<28}", change.object.to_string()));
    match outcome {
        Outcome::Done(id) => format!("  {what} {done:<8} {}", paint.faint(id)),
        Outcome::Skipped(why) => format!("  {what} skipped  {why}"),
        Outcome::Waiting(code) => format!("  {what} waiting  for approval, code {code}"),
        Outcome::Failed(why, hint) => {
            let hint = hint.as_ref().map_or(String::new(), |hint| format!("\n      = help: {hint}"));
            format!("  {what} {}   {why}{hint}", paint.removed("failed"))
        }
    }
}

/// The number of changes for each result, and how to continue.
pub fn outcome_summary(counts: Counts) -> String {
    let Counts { done, failed, waiting, skipped } = counts;
    let mut text = format!("\n{done} done, {failed} failed");
    for (count, what) in [(waiting, "waiting for approval"), (skipped, "skipped")] {
        if count > 0 {
            text.push_str(&format!(", {count} {what}"));
        }
    }
    text.push('.');
    if failed + skipped > 0 {
        text.push_str(" Fix the cause and run `sspr-policy apply` again; it continues with what is missing.");
    }
    if waiting > 0 {
        text.push('\n');
        text.push_str(&after_approval("apply"));
    }
    text.push('\n');
    text
}

/// How to continue with a command that waits for approval.
pub fn after_approval(command: &str) -> String {
    format!(
        "Another administrator has to approve in Intune, Tenant administration > Multi Admin Approval, within three days. \
         Then run the same `sspr-policy {command}` again."
    )
}

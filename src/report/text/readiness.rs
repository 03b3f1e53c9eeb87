//! What `doctor` observed, for a terminal.

use crate::report::documents::{ReadinessArea, ReadinessDocument, Status};

/// The report ends with whether `command` can use the environment.
pub fn readiness_text(readiness: &ReadinessDocument, command: &str, is_ready: Option<bool>) -> String {
    let mut text = format!("Environment {}   tenant {}\n", readiness.environment, readiness.tenant);
    let mut area = None;
    for check in &readiness.checks {
        if area != Some(check.area) {
            area = Some(check.area);
            text.push_str(&format!("\n{}\n", check.area.word()));
        }
        let status = match check.status {
            Status::Ok => "ok",
            Status::Warn => "warn",
            Status::Fail => "FAIL",
            Status::Note => "",
        };
        text.push_str(&format!("  {status:<5} {}\n", check.what.replace('\n', "\n        ")));
        if let Some(help) = &check.help {
            text.push_str(&format!("        help: {help}\n"));
        }
    }
    if !readiness.permissions.is_empty() && area != Some(ReadinessArea::Permissions) {
        text.push_str(&format!("\n{}\n", ReadinessArea::Permissions.word()));
    }
    for row in &readiness.permissions {
        let has = match (row.granted, row.optional) {
            (Some(true), _) => "yes",
            (Some(false), true) => "no (optional)",
            (Some(false), false) => "no",
            (None, _) => "?",
        };
        text.push_str(&format!("  {:<32} {:<44} {has}\n", row.for_what.word(), row.permission));
    }
    let end = match is_ready {
        Some(true) => format!("\n`{command}` can use this environment.\n"),
        None => format!("\nAs far as can be determined, `{command}` can use this environment.\n"),
        Some(false) => format!("\n`{command}` cannot use this environment yet.\n"),
    };
    text + &end
}

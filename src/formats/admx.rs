//! Group Policy templates: an ADMX and its English ADML, for settings that Windows' own templates do not contain.
//!
//! They are for the central store of a domain or a single computer. Intune cannot ingest such a template: it refuses
//! keys below `Software\Policies\Microsoft` (Microsoft, "Win32 and Desktop Bridge app ADMX policy Ingestion").

mod in_box;
mod template;
#[cfg(test)]
mod tests;
mod write;

pub use in_box::InBox;

use super::conversion::{Conversion, Converted, contradictions, converted};
use super::{Export, ExportRemark};
use crate::compile::Compiled;
use crate::diagnostic::{Code, Diagnostic, any_error};
use crate::policy::State;
use template::Template;

/// Creates one template from the policies that are not retired: `STEM.admx`, and `en-US/STEM.adml`, where Windows looks
/// for it. `owner` is the owner in the configuration; without a `stem` it also names the files.
///
/// Errors are added to `problems` (SP0303 cannot be expressed, SP0304 contradiction, SP0307 secret); if there are any,
/// there is no template. With `skip_unsupported`, what cannot be expressed is listed instead.
pub fn export(
    policies: &[&Compiled<'_>],
    owner: &str,
    stem: Option<&str>,
    skip_unsupported: bool,
    problems: &mut Vec<Diagnostic>,
) -> Option<Export> {
    let mut policies: Vec<&Compiled<'_>> =
        policies.iter().copied().filter(|policy| policy.state != State::Retired).collect();
    policies.sort_by(|a, b| a.key.cmp(&b.key));
    let mut found = Vec::new();
    let mut conversion = Conversion { skip_unsupported, problems: &mut found, unsupported: Vec::new() };
    let (mut own, mut others) = (Vec::new(), Vec::new());
    for policy in &policies {
        for setting in policy.settings.iter() {
            if setting.node.is_some_and(|node| node.group_policy.is_some()) {
                others.push((*policy, setting));
            } else {
                own.extend(conversion.setting(policy, setting));
            }
        }
        own.extend(conversion.block(policy));
    }
    // Windows' own policies write to the same registry, so they can contradict the policies in the template.
    let in_box: Vec<Converted<'_>> =
        others.iter().filter_map(|(policy, setting)| converted(policy, *setting).ok()).flatten().collect();
    let all: Vec<&Converted<'_>> = own.iter().chain(&in_box).collect();
    contradictions(&all, conversion.problems);
    let template = Template::new(owner, &own, &mut conversion);
    let unsupported = conversion.unsupported;
    let mut remarks: Vec<ExportRemark> =
        in_box::list(&others, &mut found).into_iter().map(ExportRemark::InBox).collect();
    let files = write::files(&template, stem).map_err(|error| {
        found.push(Diagnostic::error(Code::NotExportable, format!("the template cannot be written: {error}")));
    });
    let wrong = any_error(&found);
    problems.append(&mut found);
    if wrong {
        return None;
    }
    let files = files.ok()?;
    let note = if files.is_empty() { NOTHING } else { FOR_GROUP_POLICY };
    remarks.push(ExportRemark::Note(note.into()));
    Some(Export { files, unsupported, remarks })
}

const NOTHING: &str = "the templates of Windows cover everything: no template was written";

const FOR_GROUP_POLICY: &str = "This template is for Group Policy: copy both files to PolicyDefinitions of a central store or a computer.\n\
     Intune cannot ingest it: it refuses templates that write below Software\\Policies\\Microsoft. For Intune, use `apply`.";

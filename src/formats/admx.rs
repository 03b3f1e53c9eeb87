//! Group Policy templates: an ADMX and its English ADML, for what Windows' own templates do not offer.
//!
//! For a domain's central store or a single computer. Intune cannot ingest such a template: it refuses keys below
//! `Software\Policies\Microsoft` (Microsoft, "Win32 and Desktop Bridge app ADMX policy Ingestion").

mod in_box;
mod template;
#[cfg(test)]
mod tests;
mod write;

pub use in_box::InBox;

use super::Unsupported;
use super::claim::{Claim, Gathering, claims_of, contradictions};
use crate::compile::Compiled;
use crate::diagnostic::{Code, Diagnostic, any_error};
use crate::policy::State;
use template::Template;

/// Policies as a Group Policy template.
#[derive(Debug, Clone)]
pub struct AdmxExport {
    /// The template; none where Windows' own ones offer everything.
    pub files: Option<AdmxFiles>,
    /// What to choose in Windows' own templates and security settings.
    pub in_box: Vec<InBox>,
    /// What is in neither, because the caller wanted it to be left out.
    pub unsupported: Vec<Unsupported>,
}

/// A template's two files, in UTF-8. Windows finds the ADML by its name, in the folder `en-US` beside the ADMX.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdmxFiles {
    /// The file name of both without its ending, such as `sspr-policy-contoso-endpoint`.
    pub stem: String,
    /// `STEM.admx`
    pub admx: Vec<u8>,
    /// `en-US/STEM.adml`
    pub adml: Vec<u8>,
}

/// Makes one template of the policies that are not retired. `owner` is the configuration's: it names the template.
///
/// What is wrong is added to `problems` (SP0303 cannot be expressed, SP0304 contradiction, SP0403 secret); with any
/// error there is no template. With `skip_unsupported`, what cannot be expressed is listed instead.
pub fn export(
    policies: &[&Compiled<'_>],
    owner: &str,
    skip_unsupported: bool,
    problems: &mut Vec<Diagnostic>,
) -> Option<AdmxExport> {
    let mut policies: Vec<&Compiled<'_>> =
        policies.iter().copied().filter(|policy| policy.state != State::Retired).collect();
    policies.sort_by(|a, b| a.key.cmp(&b.key));
    let mut found = Vec::new();
    let mut gathering = Gathering { skip_unsupported, problems: &mut found, unsupported: Vec::new() };
    let (mut own, mut others) = (Vec::new(), Vec::new());
    for policy in &policies {
        for setting in &policy.settings {
            if setting.node.is_some_and(|node| node.group_policy.is_some()) {
                others.push((*policy, setting));
            } else {
                own.extend(gathering.setting(policy, setting));
            }
        }
        own.extend(gathering.block(policy));
    }
    // Windows' own policies write to the same registry: they contradict ours like any other.
    let in_box_claims = others.iter().filter_map(|(policy, setting)| claims_of(policy, setting).ok()).flatten();
    let all: Vec<Claim<'_>> = own.iter().cloned().chain(in_box_claims).collect();
    contradictions(&all, gathering.problems);
    let template = Template::new(owner, &own, &mut gathering);
    let unsupported = gathering.unsupported;
    let in_box = in_box::list(&others, &mut found);
    let files = write::files(&template).map_err(|error| {
        found.push(Diagnostic::error(Code::NotExportable, format!("the template cannot be written: {error}")));
    });
    let wrong = any_error(&found);
    problems.append(&mut found);
    if wrong { None } else { Some(AdmxExport { files: files.ok()?, in_box, unsupported }) }
}

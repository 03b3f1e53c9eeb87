//! The `settings:` block: resolves names to addresses, and converts values to what devices expect.

use std::sync::Arc;

use super::compiled_settings::{CompiledSettings, NewSetting, WrittenAt};
use super::context::Context;
use super::expand::{Expander, Secrets, join};
use super::registry::read_block;
use super::value;
use super::value_problem::{ValueFix, ValueProblem};
use super::{find, kept_address, node};
use crate::catalogue::CspNode;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::policy::{Policy, SettingInput, SettingValue};
use crate::profile::{Setting, canonical_value};
use crate::rules::{WRONG_TYPE, at_most};
use crate::setting::{OmaType, OmaValue};
use crate::source::{Span, Spanned, Value};

/// Intune accepts at most this many settings in one profile (Microsoft Graph, windows10CustomConfiguration).
const MAX_SETTINGS: usize = 1000;

pub(super) fn compile<'a>(
    policy: &Policy,
    context: &Context<'a>,
    expander: &Expander<'_>,
    problems: &mut Vec<Diagnostic>,
) -> CompiledSettings<'a> {
    let written = &policy.document.settings;
    if let Some((name, _)) = written.iter().nth(MAX_SETTINGS) {
        // Before anything else: a message for each of ten thousand wrong names would help nobody.
        problems.push(
            Diagnostic::error(Code::TooManySettings, format!("this policy has {} settings", written.iter().len()))
                .at(policy.place(name.span), format!("Intune accepts at most {MAX_SETTINGS} in one profile"))
                .help("split the policy into several files"),
        );
        return CompiledSettings::default();
    }
    let mut settings: Vec<NewSetting<'a>> = Vec::with_capacity(written.iter().len());
    for (name, written) in written.iter() {
        if let Some(setting) = compile_one(policy, context, expander, name, written, problems) {
            settings.push(setting);
        }
    }
    // A stable sort, so that the later of two spellings is reported.
    settings.sort_by(|a, b| a.uri.cmp(&b.uri));
    for pair in settings.windows(2).filter(|pair| pair[0].uri == pair[1].uri) {
        problems.push(
            Diagnostic::error(Code::SetTwice, format!("{} is set twice", pair[0].uri.short()))
                .at(pair[1].written.name_place(), "this is the same setting in another spelling")
                .and(pair[0].written.name_place(), "first set here"),
        );
    }
    settings.dedup_by(|later, first| later.uri == first.uri);
    if settings.iter().any(|setting| setting.sent.is_some()) {
        settings.sort_by(|a, b| a.sent_address().cmp(b.sent_address()));
    }
    CompiledSettings::of(settings)
}

fn compile_one<'a>(
    policy: &Policy,
    context: &Context<'a>,
    expander: &Expander<'_>,
    name: &Spanned<String>,
    written: &SettingValue,
    problems: &mut Vec<Diagnostic>,
) -> Option<NewSetting<'a>> {
    let place = policy.place(name.span);
    let unchecked = written.form().is_unchecked;
    let resolved = find::find(policy, context, name, unchecked, problems)?;
    if let Some(node) = resolved.node
        && !unchecked
    {
        node::complain(node, policy, &place, problems);
        if !node.is_settable() {
            return None;
        }
    }
    let placeholders = Secrets::Placeholders;
    let hidden = Expander { variables: expander.variables, environment: expander.environment, secrets: &placeholders };
    let stated_registry =
        written.form().registry.as_ref().map(|block| read_block(block, &policy.source, &hidden, problems).into());
    if !complain_of_type(policy, resolved.node, written, problems) {
        return None;
    }
    let reading = ValueReading { policy, context, node: resolved.node, written };
    let (value, secret) = reading.value(expander, problems)?;
    let sent = match &written.form().oma_uri {
        Some(exact) => Some(kept_address::read(policy, context, &resolved, exact, problems)?),
        None => None,
    };
    let value = canonical_value(sent.as_ref().unwrap_or(&resolved.uri), value);
    if value.is_mask() {
        problems.push(
            Diagnostic::error(Code::MaskedValue, "this is a placeholder that Intune shows instead of the value")
                .at(
                    policy.place(written.span),
                    "it was probably copied from an export, which does not contain the value",
                )
                .help("write the real value; write a secret as `${env:NAME}`"),
        );
        return None;
    }
    let shown = if secret {
        // A value that is only valid with the secret would have failed in `check`.
        Some(match reading.value(&hidden, problems)?.0 {
            OmaValue::Base64(reference) => String::from_utf8_lossy(&reference).into(),
            shown => shown.canonical().into(),
        })
    } else {
        None
    };
    Some(NewSetting {
        sent: sent.filter(|sent| *sent != resolved.uri),
        uri: resolved.uri,
        setting: Setting { value, shown },
        written: WrittenAt {
            node: resolved.node,
            source: Arc::clone(&policy.source),
            name: name.span,
            value: written.span,
        },
        stated_registry,
    })
}

/// Rule R03: the value has another type than its node. Text and XML are equivalent for a device.
fn complain_of_type(
    policy: &Policy,
    node: Option<&CspNode>,
    written: &SettingValue,
    problems: &mut Vec<Diagnostic>,
) -> bool {
    let (Some(kind), Some(right)) = (&written.form().kind, node.and_then(|node| node.format.oma_type())) else {
        return true;
    };
    if kind.value == right
        || matches!((kind.value, right), (OmaType::Xml, OmaType::String) | (OmaType::String, OmaType::Xml))
    {
        return true;
    }
    let unchecked = written.form().is_unchecked;
    let mut finding = WRONG_TYPE.finding(policy.oldest_build());
    finding.message = format!("this node takes {}, not {}", right.word(), kind.value.word());
    if unchecked {
        finding = at_most(finding, Severity::Warning);
    }
    problems.push(
        finding
            .at(policy.place(kind.span), "devices report an error if the type is wrong")
            .help(if unchecked {
                "remove `type:` and `unchecked:`, unless the catalogue is wrong"
            } else {
                "remove `type:`; if the catalogue is wrong, add `unchecked:` with the reason"
            })
            .fact("source: Policy CSP; `explain R03`"),
    );
    unchecked
}

/// Devices get values in XML, which does not allow most control characters (XML 1.0, section 2.2).
fn sendable(value: OmaValue, span: Span) -> Result<OmaValue, ValueProblem> {
    let (OmaValue::String(text) | OmaValue::Xml(text)) = &value else { return Ok(value) };
    match text.chars().find(|c| c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{80}'..)) {
        Some(control) => {
            Err(ValueProblem::new(Code::ControlCharacter, "this value contains a control character".into())
                .at(span, format!("U+{:04X} cannot be sent to a device", u32::from(control))))
        }
        None => Ok(value),
    }
}

/// Reads one value.
struct ValueReading<'r, 'a> {
    policy: &'r Policy,
    context: &'r Context<'a>,
    node: Option<&'a CspNode>,
    written: &'r SettingValue,
}

impl ValueReading<'_, '_> {
    /// The value, and whether it contains a secret; `None` after an error.
    fn value(&self, expander: &Expander<'_>, problems: &mut Vec<Diagnostic>) -> Option<(OmaValue, bool)> {
        let before = problems.len();
        let source = &self.policy.source;
        let form = self.written.form();
        let kind = form.kind.as_ref().map(|kind| kind.value);
        let known = self.node.filter(|_| !form.is_unchecked);
        let oma_type = kind.or_else(|| self.node.and_then(|node| node.format.oma_type()));
        let Some(oma_type) = oma_type else {
            let place = self.policy.place(self.written.span);
            problems.push(
                Diagnostic::error(Code::UnknownType, "the data type of this setting is not known")
                    .at(place, "write `type:` (integer, string, boolean, xml, base64, float, datetime)"),
            );
            return None;
        };
        let (node, secret) = match &self.written.input {
            SettingInput::Plain(node) | SettingInput::Enabled(node) => expander.node(node, source, problems),
            SettingInput::Raw(text) | SettingInput::Base64(text) => {
                expander.node(&Spanned::new(Value::Text(text.value.clone()), text.span), source, problems)
            }
            SettingInput::File(path) => (Spanned::new(Value::Text(path.value.clone()), path.span), false),
        };
        if problems.len() > before {
            return None;
        }
        if secret && !oma_type.is_masked() {
            problems.push(Diagnostic::error(Code::SecretNotAllowed, "a secret cannot be used for this setting").at(
                self.policy.place(node.span),
                format!("Intune shows values of type {} to everyone who can read the profile", oma_type.word()),
            ));
            return None;
        }
        let delivery = self.policy.document.delivery();
        let input = value::Input { node: known, oma_type, yaml: &node, source, delivery, secret };
        let read = match &self.written.input {
            SettingInput::Plain(_) => input.plain(),
            SettingInput::Enabled(_) => input.enabled(),
            SettingInput::Raw(_) => input.raw(),
            SettingInput::Base64(_) => input.base64(),
            SettingInput::File(path) => self.file(path).and_then(|bytes| input.file(bytes)),
        };
        match read.and_then(|value| sendable(value, node.span)) {
            Ok(value) => Some((value, secret)),
            Err(problem) => {
                problems.push(self.complaint(problem));
                None
            }
        }
    }

    fn file(&self, path: &Spanned<String>) -> Result<&[u8], ValueProblem> {
        let folder = self.policy.source.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        match self.context.files.get(&join(folder, path)) {
            Some(Ok(bytes)) => Ok(bytes),
            Some(Err(reason)) => Err(ValueProblem::new(Code::UnreadableValueFile, "this file cannot be read".into())
                .at(path.span, reason.as_str())),
            None => {
                Err(ValueProblem::new(Code::UnreadableValueFile, "this file was not read".into()).at(path.span, ""))
            }
        }
    }

    fn complaint(&self, problem: ValueProblem) -> Diagnostic {
        let place = self.policy.place(problem.span.unwrap_or(self.written.span));
        let mut diagnostic = Diagnostic::error(problem.code, problem.message).at(place.clone(), problem.label);
        if let Some(ValueFix { text, certain }) = problem.fix {
            // A value from a variable cannot be fixed here.
            let reference = self.policy.source.slice(place.span).contains("${");
            diagnostic = diagnostic.help(format!("write `{text}`"));
            if !reference {
                diagnostic = diagnostic.fix(place, text, certain);
            }
        }
        if self.node.is_some() && problem.code != Code::UnreadableValueFile {
            diagnostic = diagnostic.fact(format!("source: {}", self.context.catalogue.release));
        }
        diagnostic.notes.extend(problem.notes);
        diagnostic
    }
}

//! The settings of a profile, each in the simplest form that compiles to exactly its value.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::file::{ProfileToWrite, Remark, beside};
use super::key::slug;
use super::value::{UNCHECKED, ValueForm, forms, secret_forms};
use crate::catalogue::{Catalogue, CspNode, LookupError, may_be_secret};
use crate::compile::{Context, Secrets, compile};
use crate::diagnostic::Severity;
use crate::permissions::WRITE_CONFIGURATION;
use crate::policy::read_policy;
use crate::profile::Address;
use crate::setting::{OmaUri, OmaValue};
use crate::source::Source;

use super::super::yaml::{self, Yaml};

/// The placeholder for the tenant's ID.
const TENANT: &str = "{TenantId}";

/// One row of a profile.
pub(super) struct SettingRow {
    /// The setting in the file; `None` if it cannot be written.
    pub written: Option<WrittenSetting>,
    pub remarks: Vec<Remark>,
    /// Why it cannot be written.
    pub lost: Option<String>,
    /// Remarks that are not repeated in the file, because the setting says it itself.
    pub notes: Vec<Remark>,
}

/// A setting in the file.
pub(super) struct WrittenSetting {
    pub name: String,
    pub value: Yaml,
    /// The meaning of a number.
    pub label: Option<String>,
    /// The file that it refers to.
    pub file: Option<(String, Vec<u8>)>,
    /// Whether someone has to supply the value.
    pub is_secret: bool,
}

impl SettingRow {
    fn lost(address: &impl fmt::Display, reason: &str) -> Self {
        let lost = Some(format!("{address} cannot be written: {reason}"));
        Self { written: None, remarks: Vec::new(), lost, notes: Vec::new() }
    }

    /// The setting in the file, or an error; adds its remarks.
    pub fn written_or(self, errors: &mut Vec<Remark>, remarks: &mut Vec<Remark>) -> Option<WrittenSetting> {
        remarks.extend(self.remarks.into_iter().chain(self.notes));
        errors.extend(self.lost.map(Remark::error));
        self.written
    }
}

/// All rows, sorted by address. `variables` contains the names that secrets already have.
pub(super) fn lines(
    profile: &ProfileToWrite<'_>,
    context: &Context<'_>,
    variables: &mut BTreeSet<String>,
) -> Vec<SettingRow> {
    let mut rows = RowNames { profile, context, variables, taken: BTreeSet::new(), files: BTreeSet::new() };
    profile.live.profile.settings.iter().map(|(address, setting)| rows.row(address, &setting.value)).collect()
}

/// Writes the rows of one profile, each under another name.
pub(super) struct RowNames<'r, 'a> {
    pub profile: &'r ProfileToWrite<'r>,
    pub context: &'r Context<'a>,
    /// The names that secrets already have.
    pub variables: &'r mut BTreeSet<String>,
    /// The nodes of the rows so far.
    pub taken: BTreeSet<OmaUri>,
    /// The paths of their files, without extension.
    pub files: BTreeSet<String>,
}

impl RowNames<'_, '_> {
    pub fn row(&mut self, address: &Address, value: &OmaValue) -> SettingRow {
        let uri = match address {
            Address::Node(uri) => uri,
            Address::Repeated(..) | Address::ReadOnly(_, 1..) => {
                let reason = "the profile has two rows with this address, but devices use only one of them";
                return SettingRow::lost(address, reason);
            }
            Address::ReadOnly(..) => {
                return SettingRow::lost(address, "Intune only reads this row from devices; a policy can only write");
            }
        };
        let (profile, context) = (self.profile, self.context);
        let place = match place(uri, context.catalogue, context.tenant_id) {
            Ok(place) => place,
            Err(reason) => return SettingRow::lost(address, &reason),
        };
        let is_twice = place.uri != *uri && profile.live.profile.sets(&place.uri);
        if is_twice || !self.taken.insert(place.uri.clone()) {
            return SettingRow::lost(address, "another row has the same node in another spelling");
        }
        let file = file_name(profile, uri, &mut self.files);
        let is_masked = matches!(value, OmaValue::Masked(_));
        let variable = if is_masked { variable(profile.path, &place.uri, self.variables) } else { String::new() };
        let writing = RowWriter { profile, context, place, file, variable };
        let mut line = writing.line(uri, value);
        if line.written.is_some() && writing.place.kept.is_some() {
            let text = format!("{}: `oma_uri:` keeps {uri}, which is how Intune has it", writing.name());
            line.notes.push(Remark::warning(text));
        }
        line
    }
}

/// The name of a row's setting in a policy.
struct RowName<'a> {
    name: String,
    /// The address that the name compiles to.
    uri: OmaUri,
    node: Option<&'a CspNode>,
    /// The address in the profile, if it is another spelling.
    kept: Option<String>,
}

/// The name for an address, in the catalogue's spelling.
fn place<'a>(uri: &OmaUri, catalogue: &'a Catalogue, tenant_id: &str) -> Result<RowName<'a>, String> {
    let found = named(uri.as_str(), catalogue, tenant_id).or_else(|reason| {
        let tidy = uri.as_str().replace('\\', "/");
        let parts: Vec<&str> = tidy.split('/').map(str::trim).filter(|part| !part.is_empty() && *part != ".").collect();
        named(&format!("./{}", parts.join("/")), catalogue, tenant_id).map_err(|_| reason)
    })?;
    let kept = (found.uri != *uri).then(|| uri.to_string());
    Ok(RowName { kept, ..found })
}

fn named<'a>(text: &str, catalogue: &'a Catalogue, tenant_id: &str) -> Result<RowName<'a>, String> {
    OmaUri::parse(text).map_err(|reason| reason.to_string())?;
    let row = |uri: OmaUri, node: Option<&'a CspNode>| {
        // In a policy, `{TenantId}` is the tenant's ID, and not the text.
        let is_tenants = node.is_some_and(|node| node.uri.contains(TENANT)) && uri.as_str().contains(TENANT);
        let uri = if is_tenants { OmaUri::verbatim(&uri.as_str().replace(TENANT, tenant_id)) } else { uri };
        RowName { name: catalogue.name_of(&uri), uri, node, kept: None }
    };
    match catalogue.resolve(text) {
        Ok(found) => Ok(row(found.uri, found.node)),
        Err(LookupError::Unknown { uri }) => Ok(RowName { name: uri.to_string(), uri, node: None, kept: None }),
        Err(LookupError::Case { right }) => match catalogue.resolve(&right) {
            Ok(found) => Ok(row(found.uri, found.node)),
            Err(_) => Err("its spelling is not known".into()),
        },
        // Devices report an error for it. It can be written as any node that the catalogue does not have.
        Err(LookupError::Scope { .. }) => {
            let uri = OmaUri::parse(text).map_err(|reason| reason.to_string())?;
            Ok(RowName { name: uri.to_string(), uri, node: None, kept: None })
        }
        Err(LookupError::Malformed(reason)) => Err(reason.to_string()),
    }
}

/// The path of a file for a large value, unique in the profile.
fn file_name(profile: &ProfileToWrite<'_>, uri: &OmaUri, taken: &mut BTreeSet<String>) -> String {
    let folder = profile.path.rsplit('/').next().unwrap_or_default().trim_end_matches(".yaml");
    let name = match slug(uri.short().rsplit('/').next().unwrap_or_default()) {
        name if name.is_empty() => "value".to_string(),
        name => name,
    };
    let mut path = format!("{folder}/{name}");
    let mut next = 2;
    while !taken.insert(path.clone()) {
        path = format!("{folder}/{name}-{next}");
        next += 1;
    }
    path
}

struct RowWriter<'w, 'a> {
    profile: &'w ProfileToWrite<'w>,
    context: &'w Context<'a>,
    place: RowName<'a>,
    /// The path of a file for the value, without extension.
    file: String,
    /// The variable for the value, if it is masked.
    variable: String,
}

impl RowWriter<'_, '_> {
    fn line(&self, uri: &OmaUri, value: &OmaValue) -> SettingRow {
        if let OmaValue::Masked(kind) = value {
            let variable = &self.variable;
            let fits = |form: &ValueForm| {
                self.compiled(form, "").is_ok_and(|(sent, value)| sent == *uri && value.oma_type() == *kind)
            };
            let form =
                secret_forms(self.place.node, *kind, variable).into_iter().map(|form| self.kept(form)).find(fits);
            let Some(form) = form else {
                return SettingRow::lost(uri, "its value is masked, and a secret cannot be used for it");
            };
            let text = format!(
                "{}: the token is not allowed to read its value: provide it as {variable}, or import again with \
                 {WRITE_CONFIGURATION}",
                self.place.name
            );
            return self.written(form, true, vec![Remark::error(text)], "");
        }
        let end = match value {
            OmaValue::Xml(_) => ".xml",
            OmaValue::Base64(_) => ".bin",
            _ => ".txt",
        };
        let mut reason = "the value would change".to_string();
        for form in forms(self.place.node, value, &format!("{}{end}", self.file)) {
            let form = self.kept(form);
            match self.compiled(&form, end) {
                Ok((sent, became)) if sent == *uri && became == *value => {
                    let warning = may_be_secret(&self.place.uri, self.place.node, value).then(|| {
                        Remark::warning(format!("{}: may contain a secret, which is now in the file", self.place.name))
                    });
                    return self.written(form, false, warning.into_iter().collect(), end);
                }
                Ok(_) => {}
                Err(error) => reason = error,
            }
        }
        SettingRow::lost(uri, &reason)
    }

    /// The form with the profile's spelling of the address.
    fn kept(&self, form: ValueForm) -> ValueForm {
        let Some(kept) = &self.place.kept else { return form };
        let mut entries = match form.value {
            Yaml::Map(entries) => entries,
            value => vec![("value".to_string(), value)],
        };
        entries.push(("oma_uri".into(), Yaml::literally(kept)));
        ValueForm { value: Yaml::Map(entries), ..form }
    }

    /// What `check` says of a form that is not checked, if it were; the reason in the file then says so.
    fn complaint(&self, form: &mut ValueForm, end: &str) -> Option<Remark> {
        let Yaml::Map(entries) = &form.value else { return None };
        let checked: Vec<_> = entries.iter().filter(|(word, _)| word != "unchecked").cloned().collect();
        if checked.len() == entries.len() {
            return None;
        }
        let complaint = self.compiled(&ValueForm { value: Yaml::Map(checked), ..form.clone() }, end).err()?;
        let complaint = complaint.split_whitespace().collect::<Vec<_>>().join(" ");
        if let Yaml::Map(entries) = &mut form.value
            && let Some((_, reason)) = entries.iter_mut().find(|(word, _)| word == "unchecked")
        {
            *reason = Yaml::text(format!("{UNCHECKED}; check says: {complaint}"));
        }
        Some(Remark::warning(format!("{}: written unchecked, because check says: {complaint}", self.name())))
    }

    fn written(&self, mut form: ValueForm, is_secret: bool, remarks: Vec<Remark>, end: &str) -> SettingRow {
        let notes = self.complaint(&mut form, end).into_iter().collect();
        let path = match &form.value {
            Yaml::Map(entries) => entries.iter().find(|(word, _)| word == "file").map(|(_, path)| path.clone()),
            _ => None,
        };
        let file = match (path, form.bytes) {
            (Some(Yaml::Text(path)), Some(bytes)) => Some((path, bytes)),
            _ => None,
        };
        let name = self.name();
        let written = WrittenSetting { name, value: form.value, label: form.label, file, is_secret };
        SettingRow { written: Some(written), remarks, lost: None, notes }
    }

    /// The name, with `{TenantId}` in place of the tenant's ID, so that it is valid in every environment.
    fn name(&self) -> String {
        let own = self.place.node.is_some_and(|node| node.uri.contains("{TenantId}"));
        if own { self.place.name.replace(self.context.tenant_id, "{TenantId}") } else { self.place.name.clone() }
    }

    /// Compiles the setting in this form: the address that is sent, and the value.
    fn compiled(&self, form: &ValueForm, end: &str) -> Result<(OmaUri, OmaValue), String> {
        let mut text = "name: import\nsettings:\n".to_string();
        yaml::entry(&mut text, 2, &self.name(), &form.value);
        let bytes = form.bytes.iter().map(|bytes| (format!("{}{end}", self.file), bytes.clone()));
        let files = beside(self.profile.path, &bytes.collect::<BTreeMap<_, _>>());
        let context = Context { files: &files, secrets: &Secrets::Placeholders, ..*self.context };
        let source = Source::new(self.profile.path, text.into_bytes())?;
        let mut problems = Vec::new();
        let policy = read_policy(&source, Some("import"), &mut problems);
        let compiled = compile(policy.as_slice(), &context, &mut problems);
        if let Some(problem) = problems.into_iter().find(|problem| problem.severity == Severity::Error) {
            return Err(match problem.label.as_str() {
                "" => problem.message,
                label => format!("{}: {label}", problem.message),
            });
        }
        let setting = compiled.first().and_then(|policy| policy.settings.of_profile().iter().next());
        setting
            .map(|(address, setting)| (address.uri().clone(), setting.value.clone()))
            .ok_or_else(|| "it does not set anything".into())
    }
}

/// A unique variable name for a secret, from the policy and the setting.
fn variable(path: &str, uri: &OmaUri, taken: &mut BTreeSet<String>) -> String {
    let file = path.rsplit('/').next().unwrap_or_default().trim_end_matches(".yaml");
    let words = format!("SSPR {file} {}", uri.short());
    let parts = words.split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| !part.is_empty());
    let first = parts.map(str::to_ascii_uppercase).collect::<Vec<_>>().join("_");
    let mut name = first.clone();
    let mut next = 2;
    while !taken.insert(name.clone()) {
        name = format!("{first}_{next}");
        next += 1;
    }
    name
}

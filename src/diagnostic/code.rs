//! The codes of problems: each has a number, a title and an explanation.
//!
//! People use a number in documents, pipelines and notes, so a number never gets another meaning.

mod about;
mod files;
mod references;
mod registry;
mod settings;
mod tenant;

pub use about::About;

use std::fmt;

/// Identifies a kind of problem; [`Code::about`] explains it.
#[allow(missing_docs)]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Code {
    // Files and YAML: why a file cannot be read as a policy or as the configuration.
    UnreadableFile,
    InvalidYaml,
    DuplicateYamlKey,
    UnknownYamlKey,
    WrongValue,
    MissingPart,
    EmptyFile,
    InvalidKey,
    UnsupportedDelivery,
    UnknownWindowsRelease,
    DuplicateKey,
    InvalidOwner,
    // Settings: names and values under `settings:`.
    UnknownSetting,
    WrongScope,
    WrongValueType,
    ValueNotAllowed,
    SetTwice,
    TooManySettings,
    InvalidPayload,
    WindowsTooOld,
    DeprecatedSetting,
    InvalidListItem,
    EditionLacksSetting,
    PreviewOnly,
    WriteOnlySetting,
    PlaceholderLeft,
    NotSettable,
    UnknownType,
    MaskedValue,
    ControlCharacter,
    // The registry and exports: `registry:` blocks, .reg files, and exported files.
    InvalidRegistryName,
    InvalidRegistryData,
    NotExportable,
    Contradiction,
    UnreadableRegFile,
    AmbiguousEncoding,
    SecretInExport,
    // The configuration and references in policies: environments, targets, variables, secrets, files, waivers.
    UnknownTarget,
    UnusableReference,
    SecretNotAllowed,
    UnknownEnvironment,
    FilterOnExclusion,
    DuplicateTarget,
    DescriptionTooLong,
    SharedTenant,
    UnknownRule,
    InvalidServer,
    InvalidTenant,
    InvalidApplication,
    SecretInFile,
    UnreadableSecret,
    UnreadableValueFile,
    UnreadableCatalogue,
    MarkerInDescription,
    ExpiredWaiver,
    UnusedWaiver,
    ReservedVariable,
    UntrustedServer,
    OwnCatalogue,
    // The tenant and the plan: why a policy cannot be applied, or what it would change.
    NotInTenant,
    AmbiguousName,
    NameMismatch,
    DuplicateProfile,
    CannotAdopt,
    UnsentPolicyHasProfile,
    MissingMovedFrom,
    UnclearOwnership,
    LimitExceeded,
    LastValuesStay,
    SettingsSwapped,
    WaitsForOtherPolicy,
    UnreadableProfile,
    NotCompared,
    NameTaken,
    RetireUnmanaged,
    LimitNotChecked,
    DevicesOfUsersNotCounted,
    NewerMarker,
    AddressKept,
    OtherAddress,
    SetByUnmanaged,
    ListFiltered,
    CreateOnFilteredList,
}

impl Code {
    /// All codes, by number.
    pub const ALL: [Self; 83] = [
        Self::UnreadableFile,
        Self::InvalidYaml,
        Self::DuplicateYamlKey,
        Self::UnknownYamlKey,
        Self::WrongValue,
        Self::MissingPart,
        Self::EmptyFile,
        Self::InvalidKey,
        Self::UnsupportedDelivery,
        Self::UnknownWindowsRelease,
        Self::DuplicateKey,
        Self::InvalidOwner,
        Self::UnknownSetting,
        Self::WrongScope,
        Self::WrongValueType,
        Self::ValueNotAllowed,
        Self::SetTwice,
        Self::TooManySettings,
        Self::InvalidPayload,
        Self::WindowsTooOld,
        Self::DeprecatedSetting,
        Self::InvalidListItem,
        Self::EditionLacksSetting,
        Self::PreviewOnly,
        Self::WriteOnlySetting,
        Self::PlaceholderLeft,
        Self::NotSettable,
        Self::UnknownType,
        Self::MaskedValue,
        Self::ControlCharacter,
        Self::InvalidRegistryName,
        Self::InvalidRegistryData,
        Self::NotExportable,
        Self::Contradiction,
        Self::UnreadableRegFile,
        Self::AmbiguousEncoding,
        Self::SecretInExport,
        Self::UnknownTarget,
        Self::UnusableReference,
        Self::SecretNotAllowed,
        Self::UnknownEnvironment,
        Self::FilterOnExclusion,
        Self::DuplicateTarget,
        Self::DescriptionTooLong,
        Self::SharedTenant,
        Self::UnknownRule,
        Self::InvalidServer,
        Self::InvalidTenant,
        Self::InvalidApplication,
        Self::SecretInFile,
        Self::UnreadableSecret,
        Self::UnreadableValueFile,
        Self::UnreadableCatalogue,
        Self::MarkerInDescription,
        Self::ExpiredWaiver,
        Self::UnusedWaiver,
        Self::ReservedVariable,
        Self::UntrustedServer,
        Self::OwnCatalogue,
        Self::NotInTenant,
        Self::AmbiguousName,
        Self::NameMismatch,
        Self::DuplicateProfile,
        Self::CannotAdopt,
        Self::UnsentPolicyHasProfile,
        Self::MissingMovedFrom,
        Self::UnclearOwnership,
        Self::LimitExceeded,
        Self::LastValuesStay,
        Self::SettingsSwapped,
        Self::WaitsForOtherPolicy,
        Self::UnreadableProfile,
        Self::NotCompared,
        Self::NameTaken,
        Self::RetireUnmanaged,
        Self::LimitNotChecked,
        Self::DevicesOfUsersNotCounted,
        Self::NewerMarker,
        Self::AddressKept,
        Self::OtherAddress,
        Self::SetByUnmanaged,
        Self::ListFiltered,
        Self::CreateOnFilteredList,
    ];

    pub fn about(self) -> &'static About {
        match self {
            Self::UnreadableFile => &files::UNREADABLE_FILE,
            Self::InvalidYaml => &files::INVALID_YAML,
            Self::DuplicateYamlKey => &files::DUPLICATE_YAML_KEY,
            Self::UnknownYamlKey => &files::UNKNOWN_YAML_KEY,
            Self::WrongValue => &files::WRONG_VALUE,
            Self::MissingPart => &files::MISSING_PART,
            Self::EmptyFile => &files::EMPTY_FILE,
            Self::InvalidKey => &files::INVALID_KEY,
            Self::UnsupportedDelivery => &files::UNSUPPORTED_DELIVERY,
            Self::UnknownWindowsRelease => &files::UNKNOWN_WINDOWS_RELEASE,
            Self::DuplicateKey => &files::DUPLICATE_KEY,
            Self::InvalidOwner => &files::INVALID_OWNER,
            Self::UnknownSetting => &settings::UNKNOWN_SETTING,
            Self::WrongScope => &settings::WRONG_SCOPE,
            Self::WrongValueType => &settings::WRONG_VALUE_TYPE,
            Self::ValueNotAllowed => &settings::VALUE_NOT_ALLOWED,
            Self::SetTwice => &settings::SET_TWICE,
            Self::TooManySettings => &settings::TOO_MANY_SETTINGS,
            Self::InvalidPayload => &settings::INVALID_PAYLOAD,
            Self::WindowsTooOld => &settings::WINDOWS_TOO_OLD,
            Self::DeprecatedSetting => &settings::DEPRECATED_SETTING,
            Self::InvalidListItem => &settings::INVALID_LIST_ITEM,
            Self::EditionLacksSetting => &settings::EDITION_LACKS_SETTING,
            Self::PreviewOnly => &settings::PREVIEW_ONLY,
            Self::WriteOnlySetting => &settings::WRITE_ONLY_SETTING,
            Self::PlaceholderLeft => &settings::PLACEHOLDER_LEFT,
            Self::NotSettable => &settings::NOT_SETTABLE,
            Self::UnknownType => &settings::UNKNOWN_TYPE,
            Self::MaskedValue => &settings::MASKED_VALUE,
            Self::ControlCharacter => &settings::CONTROL_CHARACTER,
            Self::InvalidRegistryName => &registry::INVALID_REGISTRY_NAME,
            Self::InvalidRegistryData => &registry::INVALID_REGISTRY_DATA,
            Self::NotExportable => &registry::NOT_EXPORTABLE,
            Self::Contradiction => &registry::CONTRADICTION,
            Self::UnreadableRegFile => &registry::UNREADABLE_REG_FILE,
            Self::AmbiguousEncoding => &registry::AMBIGUOUS_ENCODING,
            Self::SecretInExport => &registry::SECRET_IN_EXPORT,
            Self::UnknownTarget => &references::UNKNOWN_TARGET,
            Self::UnusableReference => &references::UNUSABLE_REFERENCE,
            Self::SecretNotAllowed => &references::SECRET_NOT_ALLOWED,
            Self::UnknownEnvironment => &references::UNKNOWN_ENVIRONMENT,
            Self::FilterOnExclusion => &references::FILTER_ON_EXCLUSION,
            Self::DuplicateTarget => &references::DUPLICATE_TARGET,
            Self::DescriptionTooLong => &references::DESCRIPTION_TOO_LONG,
            Self::SharedTenant => &references::SHARED_TENANT,
            Self::UnknownRule => &references::UNKNOWN_RULE,
            Self::InvalidServer => &references::INVALID_SERVER,
            Self::InvalidTenant => &references::INVALID_TENANT,
            Self::InvalidApplication => &references::INVALID_APPLICATION,
            Self::SecretInFile => &references::SECRET_IN_FILE,
            Self::UnreadableSecret => &references::UNREADABLE_SECRET,
            Self::UnreadableValueFile => &references::UNREADABLE_VALUE_FILE,
            Self::UnreadableCatalogue => &references::UNREADABLE_CATALOGUE,
            Self::MarkerInDescription => &references::MARKER_IN_DESCRIPTION,
            Self::ExpiredWaiver => &references::EXPIRED_WAIVER,
            Self::UnusedWaiver => &references::UNUSED_WAIVER,
            Self::ReservedVariable => &references::RESERVED_VARIABLE,
            Self::UntrustedServer => &references::UNTRUSTED_SERVER,
            Self::OwnCatalogue => &references::OWN_CATALOGUE,
            Self::NotInTenant => &tenant::NOT_IN_TENANT,
            Self::AmbiguousName => &tenant::AMBIGUOUS_NAME,
            Self::NameMismatch => &tenant::NAME_MISMATCH,
            Self::DuplicateProfile => &tenant::DUPLICATE_PROFILE,
            Self::CannotAdopt => &tenant::CANNOT_ADOPT,
            Self::UnsentPolicyHasProfile => &tenant::UNSENT_POLICY_HAS_PROFILE,
            Self::MissingMovedFrom => &tenant::MISSING_MOVED_FROM,
            Self::UnclearOwnership => &tenant::UNCLEAR_OWNERSHIP,
            Self::LimitExceeded => &tenant::LIMIT_EXCEEDED,
            Self::LastValuesStay => &tenant::LAST_VALUES_STAY,
            Self::SettingsSwapped => &tenant::SETTINGS_SWAPPED,
            Self::WaitsForOtherPolicy => &tenant::WAITS_FOR_OTHER_POLICY,
            Self::UnreadableProfile => &tenant::UNREADABLE_PROFILE,
            Self::NotCompared => &tenant::NOT_COMPARED,
            Self::NameTaken => &tenant::NAME_TAKEN,
            Self::RetireUnmanaged => &tenant::RETIRE_UNMANAGED,
            Self::LimitNotChecked => &tenant::LIMIT_NOT_CHECKED,
            Self::DevicesOfUsersNotCounted => &tenant::DEVICES_OF_USERS_NOT_COUNTED,
            Self::NewerMarker => &tenant::NEWER_MARKER,
            Self::AddressKept => &tenant::ADDRESS_KEPT,
            Self::OtherAddress => &tenant::OTHER_ADDRESS,
            Self::SetByUnmanaged => &tenant::SET_BY_UNMANAGED,
            Self::ListFiltered => &tenant::LIST_FILTERED,
            Self::CreateOnFilteredList => &tenant::CREATE_ON_FILTERED_LIST,
        }
    }

    /// `SP0201`
    pub fn number(self) -> &'static str {
        self.about().number
    }

    /// Whether policies can accept it with `waive:`, as they accept the findings of rules.
    pub fn is_waivable(self) -> bool {
        matches!(self, Self::NameTaken | Self::SetByUnmanaged)
    }

    /// The code with a number, in any case.
    pub fn of_number(number: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.number().eq_ignore_ascii_case(number))
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.number())
    }
}

#[cfg(test)]
mod tests {
    use super::Code;

    #[test]
    fn numbers_are_unique_and_in_order() {
        let numbers: Vec<&str> = Code::ALL.iter().map(|code| code.number()).collect();
        assert!(numbers.is_sorted_by(|one, next| one < next), "{numbers:?}");
        let form = |number: &str| number.len() == 6 && number.starts_with("SP") && number[2..].parse::<u16>().is_ok();
        assert!(numbers.iter().all(|number| form(number)), "{numbers:?}");
    }

    #[test]
    fn every_code_is_listed_and_explained() {
        for (at, code) in Code::ALL.into_iter().enumerate() {
            assert_eq!(code as usize, at, "{code:?} is not where the enum has it");
            let about = code.about();
            assert!(!about.title.ends_with('.') && about.explanation.ends_with('.'), "{code:?}");
            assert_eq!(Code::of_number(&about.number.to_lowercase()), Some(code));
        }
    }
}

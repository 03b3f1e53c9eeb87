//! The values of OMA-URI settings.

use std::fmt;
use std::sync::Arc;

/// The types of OMA-URI settings in Microsoft Graph (`omaSettingInteger` and so on).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum OmaType {
    /// A whole number.
    Integer,
    /// Text.
    String,
    /// True or false.
    Boolean,
    /// XML, sent as Base64 of UTF-8.
    Xml,
    /// Bytes, in Base64.
    Base64,
    /// A single-precision number.
    Float,
    /// A date and time.
    DateTime,
}

impl OmaType {
    /// Whether Intune stores values of this type encrypted and returns `****` for them
    /// (Microsoft, "custom settings for Windows 10/11": string, base64 and XML are masked).
    pub fn is_masked(self) -> bool {
        matches!(self, Self::String | Self::Xml | Self::Base64)
    }

    /// `integer`, `string` and so on, as in policy files.
    pub fn word(self) -> &'static str {
        match self {
            Self::Integer => "integer",
            Self::String => "string",
            Self::Boolean => "boolean",
            Self::Xml => "xml",
            Self::Base64 => "base64",
            Self::Float => "float",
            Self::DateTime => "datetime",
        }
    }
}

/// The value of an OMA-URI setting in canonical form. Copies share their text.
#[derive(Clone, PartialEq)]
pub enum OmaValue {
    /// Each delivery has its own limits for the number.
    Integer(i64),
    String(Arc<str>),
    Boolean(bool),
    /// XML as text, not in Base64.
    Xml(Arc<str>),
    /// The decoded bytes.
    Base64(Arc<[u8]>),
    Float(f32),
    /// A date and time in UTC, in RFC 3339 form: `2026-11-21T08:00:00Z`.
    DateTime(Arc<str>),
    /// The tenant has a value of this type, but did not return it.
    Masked(OmaType),
}

impl OmaValue {
    pub fn oma_type(&self) -> OmaType {
        match self {
            Self::Integer(_) => OmaType::Integer,
            Self::String(_) => OmaType::String,
            Self::Boolean(_) => OmaType::Boolean,
            Self::Xml(_) => OmaType::Xml,
            Self::Base64(_) => OmaType::Base64,
            Self::Float(_) => OmaType::Float,
            Self::DateTime(_) => OmaType::DateTime,
            Self::Masked(kind) => *kind,
        }
    }

    /// Whether this is Intune's mask and not a real value: `****`, and for XML `PGEvPg==`, which is `<a/>` (CIPP-API).
    pub fn is_mask(&self) -> bool {
        match self {
            Self::String(text) => &**text == "****",
            Self::Xml(text) => matches!(text.trim(), "<a/>" | "****" | "PGEvPg=="),
            Self::Base64(bytes) => **bytes == *b"<a/>",
            Self::Masked(_) => true,
            Self::Integer(_) | Self::Boolean(_) | Self::Float(_) | Self::DateTime(_) => false,
        }
    }

    /// The value as text, the same for equal values. Digests are computed from it.
    pub fn canonical(&self) -> String {
        match self {
            Self::Integer(number) => number.to_string(),
            Self::Boolean(value) => value.to_string(),
            Self::Float(number) => number.to_string(),
            Self::String(text) | Self::Xml(text) | Self::DateTime(text) => text.to_string(),
            Self::Base64(bytes) => base64::Engine::encode(&base64::engine::general_purpose::STANDARD, bytes),
            Self::Masked(_) => "****".to_string(),
        }
    }
}

/// Shows only the type of most values, because a value may be a secret.
impl fmt::Debug for OmaValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Masked(kind) => write!(f, "Masked({})", kind.word()),
            Self::Integer(number) => write!(f, "Integer({number})"),
            Self::Boolean(value) => write!(f, "Boolean({value})"),
            other => write!(f, "{:?}(…)", other.oma_type()),
        }
    }
}

//! What an OMA setting holds.

use std::fmt;
use std::sync::Arc;

/// Graph's types of OMA settings (`omaSettingInteger` and so on).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum OmaType {
    /// A whole number.
    Integer,
    /// A text.
    String,
    /// True or false.
    Boolean,
    /// XML, sent as Base64 of UTF-8.
    Xml,
    /// Bytes.
    Base64,
    /// A single-precision number.
    Float,
    /// An instant.
    DateTime,
}

impl OmaType {
    /// Whether Intune stores values of this type encrypted and answers `****` for them
    /// (Microsoft, "custom settings for Windows 10/11": string, base64 and XML are masked).
    pub fn is_masked(self) -> bool {
        matches!(self, Self::String | Self::Xml | Self::Base64)
    }

    /// The word for it.
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

/// The value of an OMA setting in canonical form. Copies share their text.
#[derive(Clone, PartialEq)]
pub enum OmaValue {
    /// A whole number; each delivery limits it.
    Integer(i64),
    /// A text.
    String(Arc<str>),
    /// True or false.
    Boolean(bool),
    /// XML as text.
    Xml(Arc<str>),
    /// Bytes.
    Base64(Arc<[u8]>),
    /// A single-precision number.
    Float(f32),
    /// An instant in UTC, RFC 3339, as `2026-11-21T08:00:00Z`.
    DateTime(Arc<str>),
    /// The tenant holds a value of this type and did not show it.
    Masked(OmaType),
}

impl OmaValue {
    /// Its type.
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

    /// Whether this is what Intune shows in place of a value, and never one that someone wants: `****`, and for XML
    /// `PGEvPg==`, which is `<a/>` (CIPP-API).
    pub fn is_mask(&self) -> bool {
        match self {
            Self::String(text) => &**text == "****",
            Self::Xml(text) => matches!(text.trim(), "<a/>" | "****" | "PGEvPg=="),
            Self::Base64(bytes) => **bytes == *b"<a/>",
            Self::Masked(_) => true,
            Self::Integer(_) | Self::Boolean(_) | Self::Float(_) | Self::DateTime(_) => false,
        }
    }

    /// The value as one text, the same for equal values; what digests are made of.
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

/// Only the type: a value may be a secret.
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

//! Reads saved plans, and recognizes those of other versions of the program.

use serde::Deserialize;

use super::document::{FORMAT, PlanDocument};

/// Why a saved plan cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    #[error(transparent)]
    NotAPlan(#[from] serde_json::Error),
    #[error("it does not have a `format`")]
    NoFormat,
    #[error("{0}")]
    Contradiction(&'static str),
    /// `program` is the version that made it, if the file has it.
    #[error("format {format}; this version reads format {FORMAT}")]
    Newer { format: u64, program: Option<String> },
    #[error("format {format}; this version reads format {FORMAT}")]
    Older { format: u64 },
}

impl PlanDocument {
    /// Reads a saved plan.
    ///
    /// # Errors
    /// Why it cannot be read: it is not JSON, or another version made it.
    pub fn parse(bytes: &[u8]) -> Result<Self, PlanError> {
        let value: serde_json::Value = serde_json::from_slice(bytes)?;
        match value["format"].as_u64() {
            Some(format) if format > u64::from(FORMAT) => Err(PlanError::Newer { format, program: version(&value) }),
            Some(format) if format < u64::from(FORMAT) => Err(PlanError::Older { format }),
            Some(_) => {
                let plan: Self = serde_json::from_value(value)?;
                plan.contradiction().map_or(Ok(plan), |reason| Err(PlanError::Contradiction(reason)))
            }
            None => Err(PlanError::NoFormat),
        }
    }

    /// Whether this is a saved plan of any version, which a new plan may replace.
    pub fn is_one(bytes: &[u8]) -> bool {
        serde_json::from_slice::<AnyPlan>(bytes).is_ok()
    }
}

/// What the plans of all versions have.
#[derive(Deserialize)]
#[allow(dead_code)]
struct AnyPlan {
    format: u64,
    program: String,
    owner: String,
    changes: Vec<serde::de::IgnoredAny>,
}

/// The version of sspr-policy that made a plan. The file may contain any text instead.
fn version(plan: &serde_json::Value) -> Option<String> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || ".-+".contains(c);
    let text = plan["program"].as_str().filter(|text| text.starts_with(|c: char| c.is_ascii_digit()))?;
    (text.len() <= 40 && text.chars().all(is_part)).then(|| text.to_string())
}

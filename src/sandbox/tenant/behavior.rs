//! Behavior that differs between tenants.

use serde_json::{Value, json};

use crate::sandbox::faults::BehaviorOverrides;

/// Behavior that differs between tenants, or on which sources disagree. It is in the state file so that tests can edit it,
/// under the key `behaviour`.
#[derive(Debug, Clone)]
pub(crate) struct Behavior {
    pub page_size: usize,
    pub max_page_size: usize,
    pub assign_raises_version: bool,
    /// 204 in the documentation; IntuneCD in production sees 200.
    pub delete_status: u16,
    /// 200 in the documentation; IntuneCD in production sees 204.
    pub patch_status: u16,
    /// Values of strings, Base64 and XML are not shown.
    pub masking: bool,
}

impl Default for Behavior {
    fn default() -> Behavior {
        Behavior {
            page_size: 100,
            max_page_size: 1000,
            assign_raises_version: false,
            delete_status: 204,
            patch_status: 200,
            masking: true,
        }
    }
}

impl Behavior {
    pub(crate) fn to_json(&self) -> Value {
        json!({
            "page_size": self.page_size,
            "max_page_size": self.max_page_size,
            "assign_raises_version": self.assign_raises_version,
            "delete_status": self.delete_status,
            "patch_status": self.patch_status,
            "masking": self.masking,
        })
    }

    pub(crate) fn from_json(json: &Value) -> Result<Behavior, String> {
        let size = |name: &str| {
            let size = json[name].as_u64().filter(|n| (1..=100_000).contains(n));
            let size = size.and_then(|n| usize::try_from(n).ok());
            size.ok_or_else(|| format!("`behaviour.{name}` is not a number from 1 to 100000"))
        };
        let status = |name: &str| match json[name].as_u64() {
            Some(200) => Ok(200),
            Some(204) => Ok(204),
            _ => Err(format!("`behaviour.{name}` is not 200 or 204")),
        };
        Ok(Behavior {
            page_size: size("page_size")?,
            max_page_size: size("max_page_size")?,
            assign_raises_version: json["assign_raises_version"]
                .as_bool()
                .ok_or("`behaviour.assign_raises_version` is not true or false")?,
            delete_status: status("delete_status")?,
            patch_status: status("patch_status")?,
            masking: json["masking"].as_bool().unwrap_or(true),
        })
    }

    /// This behavior, with the overrides of a faults file.
    pub(crate) fn with(&self, overrides: &BehaviorOverrides) -> Behavior {
        Behavior {
            page_size: overrides.page_size.unwrap_or(self.page_size),
            max_page_size: overrides.max_page_size.unwrap_or(self.max_page_size),
            assign_raises_version: overrides.assign_raises_version.unwrap_or(self.assign_raises_version),
            delete_status: overrides.delete_status.unwrap_or(self.delete_status),
            patch_status: overrides.patch_status.unwrap_or(self.patch_status),
            masking: overrides.masking.unwrap_or(self.masking),
        }
    }
}

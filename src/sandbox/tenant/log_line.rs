//! Writes as lines of `sandbox.log`.

use serde_json::{Value, json};

use super::approvals::StoredRequest;
use super::configurations::StoredConfiguration;
use super::state::{ObjectWrite, TenantState};

/// A write, with the request that approved it.
pub(crate) fn write(number: u64, id: &str, write: &ObjectWrite, approval: Option<&StoredRequest>) -> Value {
    let mut line = match write {
        ObjectWrite::DeviceConfiguration(configuration) => {
            let record = configuration.as_ref().map(StoredConfiguration::to_json);
            json!({ "write": number, "id": id, "record": record })
        }
        ObjectWrite::ConfigurationPolicy(policy) => json!({ "write": number, "id": id, "policy": policy }),
    };
    if let Some(approval) = approval {
        line["approval"] = approval.to_json();
    }
    line
}

/// A new or changed approval request.
pub(crate) fn approval(number: u64, approval: &StoredRequest) -> Value {
    json!({ "write": number, "approval": approval.to_json() })
}

impl TenantState {
    /// Applies a line of the log. A line that the snapshot already contains is skipped: the process was killed between
    /// writing the snapshot and emptying the log.
    pub(crate) fn replay(&mut self, mut line: Value) -> Result<(), String> {
        let number = line["write"].as_u64().ok_or("a write has no number")?;
        if number <= self.last_write {
            return Ok(());
        }
        if number != self.last_write + 1 {
            return Err(format!("write {} is missing before write {number}", self.last_write + 1));
        }
        if let Some(approval) = line.get("approval") {
            self.put_approval(StoredRequest::from_json(approval)?);
            if line.get("id").is_none() {
                self.last_write = number;
                return Ok(());
            }
        }
        let id = line["id"].as_str().ok_or_else(|| format!("write {number} has no id"))?.to_owned();
        let write = match line.get_mut("policy").map(Value::take) {
            Some(policy) => ObjectWrite::ConfigurationPolicy(Some(policy).filter(Value::is_object)),
            None => ObjectWrite::DeviceConfiguration(match line["record"].take() {
                Value::Null => None,
                value => Some(StoredConfiguration::from_json(&id, value)?),
            }),
        };
        self.apply(number, &id, write);
        Ok(())
    }
}

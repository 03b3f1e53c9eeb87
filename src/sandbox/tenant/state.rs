//! The contents of a tenant, in memory.

use serde_json::Value;

use super::approvals::StoredRequest;
use super::behavior::Behavior;
use super::configurations::{DeviceConfigurations, StoredConfiguration};

#[derive(Debug)]
pub(crate) struct TenantState {
    pub behavior: Behavior,
    pub organization: Value,
    pub groups: Vec<Value>,
    pub filters: Vec<Value>,
    pub scope_tags: Vec<Value>,
    /// The scope tags to which the role of whoever asks now is limited; `None` for everyone else. Not stored.
    pub reader_tags: Option<Vec<String>>,
    pub configurations: DeviceConfigurations,
    /// Policies of the settings catalog.
    pub policies: Vec<Value>,
    /// All approval requests, including old ones, oldest first.
    pub approvals: Vec<StoredRequest>,
    /// The number of the newest write that is included.
    pub last_write: u64,
}

/// The result of a write; `None` means that the object is deleted.
#[derive(Debug)]
pub(crate) enum ObjectWrite {
    DeviceConfiguration(Option<StoredConfiguration>),
    /// A policy of the settings catalog.
    ConfigurationPolicy(Option<Value>),
}

impl TenantState {
    /// Whether an object with these `roleScopeTagIds` is shown to whoever asks now: "you can only see objects with your
    /// scope tags" (Microsoft, "Use role-based access control and scope tags for distributed IT").
    pub(crate) fn shows(&self, tags: Option<&Value>) -> bool {
        let Some(own) = &self.reader_tags else { return true };
        let tags = tags.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        tags.into_iter().any(|tag| own.iter().any(|own| own == tag))
    }

    /// Applies a write in memory.
    pub(crate) fn apply(&mut self, number: u64, id: &str, write: ObjectWrite) {
        match write {
            ObjectWrite::DeviceConfiguration(Some(configuration)) => self.configurations.put(id, number, configuration),
            ObjectWrite::DeviceConfiguration(None) => self.configurations.remove(id),
            ObjectWrite::ConfigurationPolicy(policy) => self.put_policy(id, policy),
        }
        self.last_write = number;
    }

    fn put_policy(&mut self, id: &str, policy: Option<Value>) {
        let at = self.policies.iter().position(|other| other["id"] == id);
        match (at, policy) {
            (Some(at), Some(policy)) => self.policies[at] = policy,
            (Some(at), None) => drop(self.policies.remove(at)),
            (None, Some(policy)) => self.policies.push(policy),
            (None, None) => {}
        }
    }

    /// Inserts an approval request, or replaces it.
    pub(crate) fn put_approval(&mut self, approval: StoredRequest) {
        match self.approvals.iter_mut().find(|other| other.id == approval.id) {
            Some(other) => *other = approval,
            None => self.approvals.push(approval),
        }
    }
}

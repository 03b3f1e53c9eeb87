//! What a tenant holds, in memory and as `sandbox.json`.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use serde_json::{Map, Value, json};

use super::approvals::Approval;
use super::contents;
use super::error::Error;
use super::faults::Dialect;

/// The version of the format of `sandbox.json`.
const FORMAT: u64 = 1;

/// Everything in the tenant.
#[derive(Debug)]
pub(super) struct State {
    pub behaviour: Behaviour,
    pub organization: Value,
    pub groups: Vec<Value>,
    pub filters: Vec<Value>,
    pub scope_tags: Vec<Value>,
    pub profiles: Profiles,
    /// Of the settings catalog.
    pub policies: Vec<Value>,
    /// Every approval request there ever was, oldest first.
    pub approvals: Vec<Approval>,
    /// The number of the newest write that is in here.
    pub last_write: u64,
}

/// What differs between tenants and between the sources about them; kept in the state, for tests to edit.
#[derive(Debug, Clone)]
pub(super) struct Behaviour {
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

impl Default for Behaviour {
    fn default() -> Behaviour {
        Behaviour {
            page_size: 100,
            max_page_size: 1000,
            assign_raises_version: false,
            delete_status: 204,
            patch_status: 200,
            masking: true,
        }
    }
}

/// A device configuration as it is stored: every property of the beta face, with plain values.
#[derive(Debug, Clone)]
pub(super) struct Record {
    pub profile: Map<String, Value>,
    pub assignments: Vec<Value>,
}

/// The device configurations in the order in which they were made, found by id.
#[derive(Debug, Default)]
pub(super) struct Profiles {
    in_order: BTreeMap<u64, Record>,
    order: HashMap<String, u64>,
}

impl Profiles {
    pub(super) fn get(&self, id: &str) -> Option<&Record> {
        self.in_order.get(self.order.get(id)?)
    }

    /// A record with its place in the order.
    pub(super) fn placed(&self, id: &str) -> Option<(u64, &Record)> {
        let order = *self.order.get(id)?;
        Some((order, self.in_order.get(&order)?))
    }

    /// Those made after `order`, oldest first, each with its own.
    pub(super) fn after(&self, order: u64) -> impl Iterator<Item = (u64, &Record)> {
        let range = (std::ops::Bound::Excluded(order), std::ops::Bound::Unbounded);
        self.in_order.range(range).map(|(n, record)| (*n, record))
    }

    /// Puts a record in: in its old place, or last with `order`.
    pub(super) fn put(&mut self, id: &str, order: u64, record: Record) {
        let order = *self.order.entry(id.to_owned()).or_insert(order);
        self.in_order.insert(order, record);
    }

    pub(super) fn remove(&mut self, id: &str) {
        if let Some(order) = self.order.remove(id) {
            self.in_order.remove(&order);
        }
    }
}

impl Record {
    pub(super) fn id(&self) -> &str {
        self.profile.get("id").and_then(Value::as_str).unwrap_or_default()
    }

    pub(super) fn to_json(&self) -> Value {
        json!({ "profile": self.profile, "assignments": self.assignments })
    }

    fn from_json(id: &str, mut value: Value) -> Result<Record, String> {
        let profile = match value["profile"].take() {
            Value::Object(profile) => profile,
            _ => return Err(format!("the device configuration {id} has no `profile`")),
        };
        let Value::Array(assignments) = value["assignments"].take() else {
            return Err(format!("the device configuration {id} has no `assignments`"));
        };
        if profile.get("id").and_then(Value::as_str) != Some(id) {
            return Err(format!("the device configuration {id} has another id inside"));
        }
        let texts = ["@odata.type", "displayName"];
        if let Some(name) = texts.iter().find(|name| !profile.get(**name).is_some_and(Value::is_string)) {
            return Err(format!("the device configuration {id} has no `{name}`"));
        }
        Ok(Record { profile, assignments })
    }
}

/// What a write makes of an object; nothing means that it is deleted.
#[derive(Debug)]
pub(super) enum Written {
    Profile(Option<Record>),
    /// A policy of the settings catalog.
    Policy(Option<Value>),
}

impl State {
    pub(super) fn to_json(&self) -> Value {
        let profiles: Vec<Value> = self
            .profiles
            .after(0)
            .map(|(order, record)| json!({ "order": order, "profile": record.profile, "assignments": record.assignments }))
            .collect();
        json!({
            "format": "sspr-policy sandbox",
            "version": FORMAT,
            "lastWrite": self.last_write,
            "behaviour": {
                "page_size": self.behaviour.page_size,
                "max_page_size": self.behaviour.max_page_size,
                "assign_raises_version": self.behaviour.assign_raises_version,
                "delete_status": self.behaviour.delete_status,
                "patch_status": self.behaviour.patch_status,
                "masking": self.behaviour.masking,
            },
            "organization": self.organization,
            "groups": self.groups,
            "assignmentFilters": self.filters,
            "roleScopeTags": self.scope_tags,
            "deviceConfigurations": profiles,
            "configurationPolicies": self.policies,
            "operationApprovalRequests": self.approvals.iter().map(Approval::to_json).collect::<Vec<_>>(),
        })
    }

    /// Reads `sandbox.json`; `path` is for errors.
    pub(super) fn read(path: &Path, bytes: &[u8]) -> Result<State, Error> {
        let mut json: Value = serde_json::from_slice(bytes).map_err(|error| Error::broken(path, error.to_string()))?;
        match json["version"].as_u64() {
            Some(FORMAT) => {}
            Some(found) if found > FORMAT => {
                let path = path.to_owned();
                return Err(Error::TooNew { path, found, known: FORMAT });
            }
            _ => {
                return Err(Error::broken(path, "it has no `version` that a sandbox writes"));
            }
        }
        State::from_json(&mut json).map_err(|reason| Error::broken(path, reason))
    }

    fn from_json(json: &mut Value) -> Result<State, String> {
        let last_write = json["lastWrite"].as_u64().ok_or("`lastWrite` is not a number")?;
        let mut profiles = Profiles::default();
        for value in array(json, "deviceConfigurations")? {
            let order = value["order"].as_u64().filter(|n| (1..=last_write).contains(n));
            let order = order.ok_or("a device configuration has no `order` from 1 to `lastWrite`")?;
            let id = value["profile"]["id"].as_str().unwrap_or_default().to_owned();
            if profiles.get(&id).is_some() || profiles.in_order.contains_key(&order) {
                return Err(format!("the id or order of device configuration {id} is not unique"));
            }
            profiles.put(&id, order, Record::from_json(&id, value)?);
        }
        // Older states have none.
        let approvals = json["operationApprovalRequests"].as_array().map(Vec::as_slice).unwrap_or_default();
        let approvals = approvals.iter().map(Approval::from_json).collect::<Result<_, _>>()?;
        if !json["organization"].is_object() {
            return Err("`organization` is not an object".to_owned());
        }
        let groups = named(json, "groups")?;
        let policies = match json["configurationPolicies"].take() {
            Value::Array(policies) => policies,
            _ => contents::policies(&groups),
        };
        Ok(State {
            behaviour: Behaviour::from_json(&json["behaviour"])?,
            organization: json["organization"].take(),
            groups,
            policies,
            filters: named(json, "assignmentFilters")?,
            scope_tags: named(json, "roleScopeTags")?,
            profiles,
            approvals,
            last_write,
        })
    }

    /// One line of the log: a write, and with it the request that approved it.
    pub(super) fn line(number: u64, id: &str, written: &Written, approval: Option<&Approval>) -> Value {
        let mut line = match written {
            Written::Profile(record) => {
                json!({ "write": number, "id": id, "record": record.as_ref().map(Record::to_json) })
            }
            Written::Policy(policy) => json!({ "write": number, "id": id, "policy": policy }),
        };
        if let Some(approval) = approval {
            line["approval"] = approval.to_json();
        }
        line
    }

    /// One line of the log: an approval request that is new, or has changed.
    pub(super) fn approval_line(number: u64, approval: &Approval) -> Value {
        json!({ "write": number, "approval": approval.to_json() })
    }

    /// Takes over a line of the log. A line that the snapshot holds already is passed over: the process was killed
    /// between writing the snapshot and emptying the log.
    pub(super) fn replay(&mut self, mut line: Value) -> Result<(), String> {
        let number = line["write"].as_u64().ok_or("a write has no number")?;
        if number <= self.last_write {
            return Ok(());
        }
        if number != self.last_write + 1 {
            return Err(format!("write {} is missing before write {number}", self.last_write + 1));
        }
        if let Some(approval) = line.get("approval") {
            self.put_approval(Approval::from_json(approval)?);
            if line.get("id").is_none() {
                self.last_write = number;
                return Ok(());
            }
        }
        let id = line["id"].as_str().ok_or_else(|| format!("write {number} has no id"))?.to_owned();
        let written = match line.get_mut("policy").map(Value::take) {
            Some(policy) => Written::Policy(Some(policy).filter(Value::is_object)),
            None => Written::Profile(match line["record"].take() {
                Value::Null => None,
                value => Some(Record::from_json(&id, value)?),
            }),
        };
        self.apply(number, &id, written);
        Ok(())
    }

    /// Makes a write in memory.
    pub(super) fn apply(&mut self, number: u64, id: &str, written: Written) {
        match written {
            Written::Profile(Some(record)) => self.profiles.put(id, number, record),
            Written::Profile(None) => self.profiles.remove(id),
            Written::Policy(policy) => self.put_policy(id, policy),
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

    /// Takes over an approval request, or what it has become.
    pub(super) fn put_approval(&mut self, approval: Approval) {
        match self.approvals.iter_mut().find(|other| other.id == approval.id) {
            Some(other) => *other = approval,
            None => self.approvals.push(approval),
        }
    }
}

impl Behaviour {
    fn from_json(json: &Value) -> Result<Behaviour, String> {
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
        Ok(Behaviour {
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

    /// The same where a faults file does not say otherwise.
    pub(super) fn with(&self, dialect: &Dialect) -> Behaviour {
        Behaviour {
            page_size: dialect.page_size.unwrap_or(self.page_size),
            max_page_size: dialect.max_page_size.unwrap_or(self.max_page_size),
            assign_raises_version: dialect.assign_raises_version.unwrap_or(self.assign_raises_version),
            delete_status: dialect.delete_status.unwrap_or(self.delete_status),
            patch_status: dialect.patch_status.unwrap_or(self.patch_status),
            masking: dialect.masking.unwrap_or(self.masking),
        }
    }
}

fn array(json: &mut Value, name: &str) -> Result<Vec<Value>, String> {
    match json[name].take() {
        Value::Array(values) => Ok(values),
        _ => Err(format!("`{name}` is not a list")),
    }
}

/// A list of objects that have an id and a display name.
fn named(json: &mut Value, name: &str) -> Result<Vec<Value>, String> {
    let values = array(json, name)?;
    match values.iter().all(|value| value["id"].is_string() && value["displayName"].is_string()) {
        true => Ok(values),
        false => Err(format!("`{name}` has an entry without id or displayName")),
    }
}

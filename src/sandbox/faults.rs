//! The faults of a sandbox, and how it differs from other tenants.
//!
//! All of them are off by default, and none of them is part of the state. `docs/sandbox.md` describes the file.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;

use super::error::Error;
use super::http::permissions;
use super::http::quota::QuotaLimits;

pub(crate) mod answers;
mod dice;
mod fault;
pub(crate) mod lists;
mod read;
mod rule;

pub(crate) use dice::{Dice, Strike};
pub(crate) use fault::{BatchRole, Candidate, Fault};
pub(crate) use rule::{Duplicate, ErrorPage, FaultRule};

use read::{Table, count, flag, milliseconds, retry_after, size, status, text};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The faults of a sandbox; none by default.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    pub(crate) latency: Duration,
    /// Up to this is added to the latency.
    pub(crate) jitter: Duration,
    pub(crate) quota: Option<QuotaLimits>,
    pub(crate) rules: BTreeMap<Fault, FaultRule>,
    /// How long lists do not show a write.
    pub(crate) list_lag: Duration,
    /// How long a new object is not found by its id.
    pub(crate) not_found_after_create: Duration,
    pub(crate) overrides: BehaviorOverrides,
    pub(crate) approval: Option<ApprovalRules>,
    /// The permissions of each token, by its name; `None` if tokens are not checked.
    pub(crate) tokens: Option<BTreeMap<String, Vec<String>>>,
    /// The scope tags to which the role of a token's user is limited, by the token's name.
    pub(crate) role_scope_tags: BTreeMap<String, Vec<String>>,
    /// After how many requests a token expires.
    pub(crate) expiry: Option<u64>,
    /// An expired token is never taken again; otherwise it counts as renewed after one refusal.
    pub(crate) stays_expired: bool,
    /// Writes are not synced to disk.
    pub(crate) volatile: bool,
}

/// What differs between tenants; `None` keeps the value of the state.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct BehaviorOverrides {
    pub patch_status: Option<u16>,
    pub delete_status: Option<u16>,
    pub assign_raises_version: Option<bool>,
    pub masking: Option<bool>,
    pub page_size: Option<usize>,
    pub max_page_size: Option<usize>,
}

/// How Multi Admin Approval answers in cases on which the sources disagree.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ApprovalRules {
    /// 412 today, 403 in older reports.
    pub approval_status: u16,
    /// To a write without a justification: 400 in Microsoft's article, 403 in its announcement.
    pub justification_status: u16,
    /// "Expired after 3 days" (learn.microsoft.com, multi-admin-approval).
    pub lifetime: Duration,
}

impl Default for ApprovalRules {
    fn default() -> ApprovalRules {
        ApprovalRules { approval_status: 412, justification_status: 400, lifetime: 3 * DAY }
    }
}

const OTHER_KEYS: [&str; 17] = [
    "latency_ms",
    "jitter_ms",
    "quota",
    "list_lag_ms",
    "not_found_after_create_ms",
    "page_size",
    "max_page_size",
    "patch_status",
    "delete_status",
    "assign_raises_version",
    "masking",
    "multi_admin_approval",
    "tokens",
    "role_scope_tags",
    "expire_tokens_after",
    "expired_tokens_stay",
    "durable",
];

impl Faults {
    /// Reads the faults from JSON: the content of a faults file.
    ///
    /// # Errors
    /// [`Error::Faults`] for a key that is not known and for a value that cannot be, by name and with what is possible.
    pub fn from_json(json: &Value) -> Result<Faults, Error> {
        let mut known: Vec<&str> = OTHER_KEYS.to_vec();
        known.extend(Fault::ALL.iter().map(|fault| fault.key()));
        known.sort_unstable();
        let table = Table::new(json, "", &known)?;
        let wait = |name| table.take(name, milliseconds, "a number of milliseconds");
        let mut rules = BTreeMap::new();
        for fault in Fault::ALL {
            if let Some(value) = table.value(fault.key()) {
                rules.insert(fault, FaultRule::read(value, fault)?);
            }
        }
        Ok(Faults {
            latency: wait("latency_ms")?.unwrap_or_default(),
            jitter: wait("jitter_ms")?.unwrap_or_default(),
            quota: table.value("quota").map(limits).transpose()?,
            rules,
            list_lag: wait("list_lag_ms")?.unwrap_or_default(),
            not_found_after_create: wait("not_found_after_create_ms")?.unwrap_or_default(),
            overrides: overrides(&table)?,
            approval: table.value("multi_admin_approval").map(approval).transpose()?.flatten(),
            tokens: table.value("tokens").map(tokens).transpose()?,
            role_scope_tags: table.value("role_scope_tags").map(role_scope_tags).transpose()?.unwrap_or_default(),
            expiry: table.take("expire_tokens_after", count, "a number of requests, from 1")?,
            stays_expired: table.take("expired_tokens_stay", flag, "true or false")? == Some(true),
            volatile: table.take("durable", flag, "true or false")? == Some(false),
        })
    }
}

fn overrides(table: &Table) -> Result<BehaviorOverrides, Error> {
    let status = |name| table.take(name, |value| status(value).filter(|n| [200, 204].contains(n)), "200 or 204");
    let size = |name| table.take(name, size, "a number from 1 to 100000");
    let flag = |name| table.take(name, flag, "true or false");
    Ok(BehaviorOverrides {
        patch_status: status("patch_status")?,
        delete_status: status("delete_status")?,
        assign_raises_version: flag("assign_raises_version")?,
        masking: flag("masking")?,
        page_size: size("page_size")?,
        max_page_size: size("max_page_size")?,
    })
}

fn limits(value: &Value) -> Result<QuotaLimits, Error> {
    let known = ["writes", "requests", "window_ms", "retry_after", "count_refused"];
    let table = Table::new(value, "quota", &known)?;
    let number = |name| table.take(name, count, "a number from 1");
    let published = QuotaLimits::default();
    Ok(QuotaLimits {
        writes: number("writes")?.unwrap_or(published.writes),
        requests: number("requests")?.unwrap_or(published.requests),
        window: number("window_ms")?.map_or(published.window, Duration::from_millis),
        retry_after: retry_after(&table)?,
        count_refused: table.take("count_refused", flag, "true or false")? == Some(true),
    })
}

fn approval(value: &Value) -> Result<Option<ApprovalRules>, Error> {
    if let Value::Bool(on) = value {
        return Ok(on.then(ApprovalRules::default));
    }
    let known = ["approval_status", "justification_status", "expires_after_ms"];
    let table = Table::new(value, "multi_admin_approval", &known)?;
    let usual = ApprovalRules::default();
    let one_of = |name, all: [u16; 2], expected: &str| {
        table.take(name, |value| status(value).filter(|status| all.contains(status)), expected)
    };
    Ok(Some(ApprovalRules {
        approval_status: one_of("approval_status", [412, 403], "412 or 403")?.unwrap_or(usual.approval_status),
        justification_status: one_of("justification_status", [400, 403], "400 or 403")?
            .unwrap_or(usual.justification_status),
        lifetime: table.take("expires_after_ms", milliseconds, "a number of milliseconds")?.unwrap_or(usual.lifetime),
    }))
}

fn tokens(value: &Value) -> Result<BTreeMap<String, Vec<String>>, Error> {
    let Value::Object(tokens) = value else {
        return Err(Error::faults("tokens", value, "a map of names to lists of permissions"));
    };
    let mut read = BTreeMap::new();
    for (name, list) in tokens {
        let at = format!("tokens.{name}");
        let list = list.as_array().ok_or_else(|| Error::faults(&at, list, "a list of permissions"))?;
        let permission = |value: &Value| {
            let known = text(value).filter(|name| permissions::KNOWN.contains(&name.as_str()));
            known.ok_or_else(|| Error::faults(&at, value, &format!("one of {}", permissions::KNOWN.join(", "))))
        };
        read.insert(name.clone(), list.iter().map(permission).collect::<Result<_, _>>()?);
    }
    Ok(read)
}

fn role_scope_tags(value: &Value) -> Result<BTreeMap<String, Vec<String>>, Error> {
    let expected = "a map of names of tokens to lists of ids of scope tags";
    let wrong = || Error::faults("role_scope_tags", value, expected);
    let tags = |(name, list): (&String, &Value)| Some((name.clone(), read::list(list, text)?));
    value.as_object().ok_or_else(wrong)?.iter().map(tags).collect::<Option<_>>().ok_or_else(wrong)
}

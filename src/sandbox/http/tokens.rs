//! Bearer tokens. There is no sign-in: the text of a token is its name.

use std::collections::{BTreeMap, HashMap};

use super::answer::Refusal;
use super::call::Call;
use super::permissions;
use crate::sandbox::faults::Faults;

#[derive(Debug)]
pub(crate) struct KnownTokens {
    granted: Option<BTreeMap<String, Vec<String>>>,
    role_scope_tags: BTreeMap<String, Vec<String>>,
    /// After how many requests a token expires.
    expiry: Option<u64>,
    stays_expired: bool,
    /// The number of requests with each token.
    used: HashMap<String, u64>,
}

impl KnownTokens {
    pub(crate) fn new(faults: &Faults) -> KnownTokens {
        KnownTokens {
            granted: faults.tokens.clone(),
            role_scope_tags: faults.role_scope_tags.clone(),
            expiry: faults.expiry,
            stays_expired: faults.stays_expired,
            used: HashMap::new(),
        }
    }

    /// Counts an HTTP request for its token, and refuses it when the token has expired.
    pub(crate) fn arrived(&mut self, call: &Call) -> Result<(), Refusal> {
        let Some(expiry) = self.expiry else {
            return Ok(());
        };
        let used = self.used.entry(call.token.clone().unwrap_or_default()).or_insert(0);
        *used += 1;
        if *used <= expiry {
            return Ok(());
        }
        if !self.stays_expired {
            *used = 0;
        }
        Err(unauthorized("Lifetime validation failed, the token is expired."))
    }

    /// The scope tags to which the role of the token's user is limited; `None` if it is not.
    pub(crate) fn scope_tags(&self, call: &Call) -> Option<Vec<String>> {
        self.role_scope_tags.get(call.app()).cloned()
    }

    /// Refuses a call that its token does not allow.
    pub(crate) fn check(&self, call: &Call) -> Result<(), Refusal> {
        match self.granted(call)? {
            Some(granted) => permissions::check(call, granted),
            None => Ok(()),
        }
    }

    /// The permissions of a call's token; `None` if everything is allowed. Unknown tokens are refused.
    pub(crate) fn granted(&self, call: &Call) -> Result<Option<&[String]>, Refusal> {
        let Some(granted) = &self.granted else {
            return Ok(None);
        };
        match (&call.token, granted.get(call.app())) {
            (None, _) => Err(unauthorized("Access token is empty.")),
            (Some(_), None) => Err(unauthorized("Access token validation failure.")),
            (Some(_), Some(granted)) => Ok(Some(granted)),
        }
    }
}

/// Graph's answer to a token that it does not accept.
fn unauthorized(message: &str) -> Refusal {
    Refusal::new(401, "InvalidAuthenticationToken", message).with("WWW-Authenticate", "Bearer".to_owned())
}

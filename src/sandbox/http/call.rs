//! One parsed request.

use serde_json::{Map, Value};

use super::answer::Refusal;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ApiVersion {
    V1,
    Beta,
}

impl ApiVersion {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            ApiVersion::V1 => "v1.0",
            ApiVersion::Beta => "beta",
        }
    }
}

/// A request, over HTTP or inside a `$batch`.
#[derive(Debug)]
pub(crate) struct Call {
    pub method: String,
    pub version: ApiVersion,
    /// The decoded segments after the version.
    pub path: Vec<String>,
    /// The decoded query options in their order.
    pub query: Vec<(String, String)>,
    pub body: Option<Value>,
    /// The base URL of links, without a trailing slash.
    pub base: String,
    /// `ConsistencyLevel: eventual` was sent.
    pub eventual: bool,
    /// `Accept` allows only JSON.
    pub wants_json: bool,
    /// The bearer token. Requests in a `$batch` have the token of the batch.
    pub token: Option<String>,
    /// `x-msft-approval-justification`, as it was sent.
    pub justification: Option<String>,
    /// `x-msft-approval-code`, as it was sent.
    pub approval_code: Option<String>,
}

impl Call {
    /// `target` is what follows the version in the URL, such as `/groups?$top=5`, still encoded.
    pub(crate) fn new(method: &str, version: ApiVersion, target: &str, base: &str) -> Result<Call, Refusal> {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let path =
            path.trim_matches('/').split('/').map(|segment| decoded(segment, false)).collect::<Result<_, _>>()?;
        let query = query
            .split('&')
            .filter(|option| !option.is_empty())
            .map(|option| {
                let (name, value) = option.split_once('=').unwrap_or((option, ""));
                Ok((decoded(name, true)?, decoded(value, true)?))
            })
            .collect::<Result<_, _>>()?;
        Ok(Call {
            method: method.to_owned(),
            version,
            path,
            query,
            body: None,
            base: base.to_owned(),
            eventual: false,
            wants_json: false,
            token: None,
            justification: None,
            approval_code: None,
        })
    }

    /// Reads the headers; `header` finds one by its lower-case name.
    pub(crate) fn read_headers<'a>(&mut self, header: impl Fn(&str) -> Option<&'a str>) {
        self.eventual = header("consistencylevel").is_some_and(|level| level.eq_ignore_ascii_case("eventual"));
        self.wants_json = header("accept").is_some_and(|kinds| {
            kinds.split(',').all(|kind| kind.trim().to_ascii_lowercase().starts_with("application/json"))
        });
        self.justification = header("x-msft-approval-justification").map(str::to_owned);
        self.approval_code = header("x-msft-approval-code").map(str::to_owned);
    }

    pub(crate) fn writes(&self) -> bool {
        self.method != "GET"
    }

    /// The body, which has to be an object.
    pub(crate) fn object(&self) -> Result<&Map<String, Value>, Refusal> {
        match &self.body {
            Some(Value::Object(object)) => Ok(object),
            Some(_) => Err(Refusal::bad("The body of the request is not a JSON object.")),
            None => Err(Refusal::bad("The request has no body.")),
        }
    }

    /// The `@odata.context` of an answer.
    pub(crate) fn context(&self, of: &str) -> String {
        format!("{}/{}/$metadata#{of}", self.base, self.version.as_str())
    }

    /// The app that a call comes from: the token's name, `writer` for `writer.2`.
    pub(crate) fn app(&self) -> &str {
        let token = self.token.as_deref().unwrap_or_default();
        match token.rsplit_once('.') {
            Some((name, number)) if !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()) => name,
            _ => token,
        }
    }

    /// Whether Graph forwards this to Intune.
    pub(crate) fn is_for_intune(&self) -> bool {
        self.path.first().is_some_and(|first| first == "deviceManagement")
    }

    /// The path of a call that Graph forwards to Intune.
    pub(crate) fn intune_path(&self) -> Option<String> {
        self.is_for_intune().then(|| self.path.join("/"))
    }
}

/// Percent-decoding. In a query a plus is a space, as in forms: Graph reads `+` as a space and `%2B` as a plus, and the
/// validating proxy (Prism) writes spaces as plus. A quote may be unencoded, for the same proxy.
fn decoded(text: &str, query: bool) -> Result<String, Refusal> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'%' => bytes.push(hex(rest.next(), rest.next()).ok_or_else(|| malformed(text))?),
            b'+' if query => bytes.push(b' '),
            b'!'..=b'~' if !b"\"<>\\^`{|}".contains(&byte) => bytes.push(byte),
            _ => return Err(malformed(text)),
        }
    }
    String::from_utf8(bytes).map_err(|_| malformed(text))
}

fn hex(high: Option<u8>, low: Option<u8>) -> Option<u8> {
    let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}

fn malformed(text: &str) -> Refusal {
    Refusal::bad(format!("The URL is not percent-encoded properly at '{text}'."))
}

/// Percent-encoding of everything that is not unreserved.
pub(crate) fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

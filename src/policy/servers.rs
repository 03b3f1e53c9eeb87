//! Which servers get credentials. A repository names servers, so whoever runs the program says which of them to trust.

use std::sync::Arc;

use url::{Host, Url};

use super::Environment;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{Place, Source, Spanned};

/// The hosts that get credentials besides the cloud's own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustedHosts(Vec<String>);

impl TrustedHosts {
    /// The environment variable with the list.
    pub const VARIABLE: &'static str = "SSPR_POLICY_TRUSTED_HOSTS";

    /// Hosts separated by commas or blanks. One with a port is trusted at this port only.
    pub fn parse(list: &str) -> Self {
        let hosts = list.split([',', ' ', '\t', '\n', '\r']).filter(|host| !host.is_empty());
        Self(hosts.map(str::to_ascii_lowercase).collect())
    }

    fn contain(&self, url: &Url) -> bool {
        let Some(host) = url.host_str() else { return false };
        let with_port = url.port_or_known_default().map(|port| format!("{host}:{port}"));
        self.0.iter().any(|trusted| trusted == host || Some(trusted) == with_port.as_ref())
    }
}

/// How far a server is trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    /// The cloud's own.
    Own,
    /// Whoever runs the program named it in `SSPR_POLICY_TRUSTED_HOSTS`.
    Named,
    /// A program on this computer, which may belong to anybody: it gets no token of a cloud.
    Loopback,
    /// Another server: it gets no credentials at all.
    Unknown,
}

impl Trust {
    /// `own` is the URL of the cloud's server.
    pub fn of(url: &str, own: &str, trusted: &TrustedHosts) -> Self {
        let (Ok(url), Ok(own)) = (Url::parse(url), Url::parse(own)) else { return Self::Unknown };
        if url.origin() == own.origin() {
            return Self::Own;
        }
        match (trusted.contain(&url), is_local(&url)) {
            (true, _) => Self::Named,
            (false, true) => Self::Loopback,
            (false, false) => Self::Unknown,
        }
    }

    /// Whether it may get every credential.
    pub fn is_full(self) -> bool {
        matches!(self, Self::Own | Self::Named)
    }
}

/// Why the servers that an environment names get no credentials.
#[derive(Debug, Clone, Default)]
pub struct UntrustedServers {
    /// `graph_url:` gets no token.
    pub graph: Option<Diagnostic>,
    /// `login_url:` gets no secret, assertion or password.
    pub login: Option<Diagnostic>,
}

impl Environment {
    pub fn graph_trust(&self, trusted: &TrustedHosts) -> Trust {
        Trust::of(self.graph_url(), self.cloud().graph_url(), trusted)
    }

    /// The servers that `sspr-policy.yaml`, which is `source`, names and nobody trusts.
    pub fn untrusted(&self, source: &Arc<Source>, trusted: &TrustedHosts) -> UntrustedServers {
        let login = Trust::of(self.login_url(), self.cloud().login_url(), trusted);
        let problem = |url: &Spanned<String>, key: &str, own: &str, gets: &str| {
            let message = format!("`{key}:` names a server that does not get {gets}");
            let host = Url::parse(url).ok().and_then(|url| url.host_str().map(String::from)).unwrap_or_default();
            Diagnostic::error(Code::UntrustedServer, message)
                .at(Place::new(source, url.span), format!("this is not {own}"))
                .help(format!(
                    "if the server is yours, set {}={host} where you run sspr-policy",
                    TrustedHosts::VARIABLE
                ))
        };
        let graph = self.graph_url.as_ref().filter(|_| self.graph_trust(trusted) == Trust::Unknown);
        UntrustedServers {
            graph: graph.map(|url| problem(url, "graph_url", self.cloud().graph_url(), "a token")),
            login: self
                .login_url
                .as_ref()
                .filter(|_| !login.is_full())
                .map(|url| problem(url, "login_url", self.cloud().login_url(), "secrets, assertions or passwords")),
        }
    }
}

/// Whether a server is on this computer.
pub fn is_loopback(url: &str) -> bool {
    Url::parse(url).is_ok_and(|url| is_local(&url))
}

fn is_local(url: &Url) -> bool {
    let local = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    local && url.username().is_empty() && url.password().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_clouds_own_and_named_hosts_get_credentials() {
        let named = TrustedHosts::parse("proxy.contoso.example, 127.0.0.1:8899\n[::1]");
        let trust = |url| Trust::of(url, "https://graph.microsoft.com", &named);
        for own in ["https://graph.microsoft.com", "https://GRAPH.microsoft.com:443"] {
            assert_eq!(trust(own), Trust::Own, "{own}");
        }
        for url in ["https://proxy.contoso.example:8443", "http://127.0.0.1:8899", "http://[::1]:1"] {
            assert_eq!(trust(url), Trust::Named, "{url}");
        }
        for url in ["http://127.0.0.1:1", "http://localhost:8899", "https://127.0.0.2"] {
            assert_eq!(trust(url), Trust::Loopback, "{url}");
        }
        for url in [
            "http://graph.microsoft.com",
            "https://graph.microsoft.com:8443",
            "https://graph.microsoft.com@evil.example",
            "https://graph.microsoft.com.evil.example",
            "https://evil.example\\@graph.microsoft.com",
            "https://localhost.evil.example",
            "https://graph.microsoft.us",
            "nonsense",
        ] {
            assert_eq!(trust(url), Trust::Unknown, "{url}");
        }
    }
}

//! Reads the claims of a token. They are not verified here, because Graph verifies each token.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

/// The claims of a token (Microsoft identity platform, "Access token claims reference").
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TokenClaims {
    /// `tid`: the tenant's id.
    pub tenant: Option<String>,
    /// `appid` or `azp`: the application's id.
    pub application: Option<String>,
    /// `upn` or `preferred_username`: the person, if one signed in.
    pub user: Option<String>,
    /// `iss`: the issuer.
    pub issuer: Option<String>,
    /// `sub`: the identity that the token is for.
    pub subject: Option<String>,
    /// `aud`: the service that the token is for.
    pub audience: Option<String>,
    /// `exp`: when the token expires, in seconds since 1970.
    pub expires: Option<i64>,
    /// `roles`: application permissions.
    pub roles: Vec<String>,
    /// `scp`: delegated permissions.
    pub scopes: Vec<String>,
    /// `wids`: the directory roles of the person, by the ids of their templates.
    pub directory_roles: Vec<String>,
}

impl TokenClaims {
    /// Reads the claims of a JWT; `None` for any other token, and for one without these claims.
    pub fn read(token: &str) -> Option<Self> {
        let mut parts = token.split('.');
        let (_, payload, _, None) = (parts.next()?, parts.next()?, parts.next()?, parts.next()) else { return None };
        let bytes = URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?;
        let claims: Value = serde_json::from_slice(&bytes).ok()?;
        let text = |names: &[&str]| names.iter().find_map(|name| claims[*name].as_str()).map(str::to_owned);
        let list = |value: &Value| match value {
            Value::String(words) => words.split_whitespace().map(str::to_owned).collect(),
            Value::Array(all) => all.iter().filter_map(|one| one.as_str().map(str::to_owned)).collect(),
            _ => Vec::new(),
        };
        let claims = Self {
            tenant: text(&["tid"]),
            application: text(&["appid", "azp"]),
            user: text(&["upn", "preferred_username"]),
            issuer: text(&["iss"]),
            subject: text(&["sub"]),
            audience: list(&claims["aud"]).into_iter().next(),
            expires: claims["exp"].as_i64(),
            roles: list(&claims["roles"]),
            scopes: list(&claims["scp"]),
            directory_roles: list(&claims["wids"]),
        };
        (claims != Self::default()).then_some(claims)
    }

    /// Whether a person signed in, and not an application.
    pub fn is_delegated(&self) -> bool {
        !self.scopes.is_empty()
    }

    /// The delegated permissions, or those of the application.
    pub fn permissions(&self) -> &[String] {
        if self.is_delegated() { &self.scopes } else { &self.roles }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(payload: &str) -> String {
        format!("{}.{}.c2ln", URL_SAFE_NO_PAD.encode("{}"), URL_SAFE_NO_PAD.encode(payload))
    }

    #[test]
    fn tokens_of_applications_and_of_people() {
        let claims = TokenClaims::read(&token(r#"{"tid":"t","appid":"a","aud":"g","exp":7,"roles":["A.Read.All"]}"#));
        let claims = claims.unwrap_or_default();
        assert_eq!((claims.tenant.as_deref(), claims.application.as_deref()), (Some("t"), Some("a")));
        assert_eq!((claims.permissions(), claims.is_delegated()), (&["A.Read.All".to_string()][..], false));
        let claims = TokenClaims::read(&token(r#"{"azp":"a","aud":["g","h"],"scp":"A.Read.All B.Read.All"}"#));
        let claims = claims.unwrap_or_default();
        assert_eq!((claims.audience.as_deref(), claims.is_delegated()), (Some("g"), true));
        assert_eq!(claims.permissions(), ["A.Read.All", "B.Read.All"]);
    }

    #[test]
    fn what_is_no_jwt_says_nothing() {
        assert_eq!(TokenClaims::read("token"), None);
        assert_eq!(TokenClaims::read("a.b.c"), None);
        assert_eq!(TokenClaims::read("a.b.c.d.e"), None);
        assert_eq!(TokenClaims::read(&token("{}")), None);
    }
}

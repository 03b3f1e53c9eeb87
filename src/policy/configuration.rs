//! `sspr-policy.yaml`: the owner, the environments and the targets.

use schemars::JsonSchema;

use super::audience::WrittenAssignments;
use super::auth::{Auth, Cloud, complain_of_applications};
use super::check_owner;
use super::decode::{Decode, Decoder, Fields};
use super::reserved_variable::is_reserved_variable;
use super::servers::is_loopback;
use super::values::Mapping;
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::source::{Node, Span, Spanned, Value};

/// The configuration of a policy repository.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Configuration {
    /// The owner of the profiles that this repository creates; part of the marker in their description.
    #[schemars(regex(pattern = r"^[a-z0-9._-]{1,60}$"))]
    pub owner: Spanned<String>,
    /// The environment that commands use without `--env`.
    pub default: Spanned<String>,
    /// Assignments by name; an environment may override each.
    #[schemars(default)]
    pub targets: Mapping<WrittenAssignments>,
    /// The tenants.
    pub environments: Mapping<Environment>,
    /// A catalogue created by `catalogue import`, to use instead of the built-in one: a path relative to the repository.
    pub catalogue: Option<Spanned<String>>,
}

/// A tenant, and how to connect to it.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Environment {
    /// The ID of the tenant or one of its domains; `sandbox` is the built-in test tenant.
    pub tenant: Spanned<String>,
    /// The national cloud.
    pub cloud: Option<Spanned<Cloud>>,
    /// A Microsoft Graph server to use instead of the cloud's. http is allowed for loopback addresses only.
    #[schemars(regex(pattern = r"^https?://"))]
    pub graph_url: Option<Spanned<String>>,
    /// A sign-in server to use instead of the cloud's. http is allowed for loopback addresses only.
    #[schemars(regex(pattern = r"^https?://"))]
    pub login_url: Option<Spanned<String>>,
    /// How to sign in.
    pub auth: Option<Auth>,
    /// Values for `${var:name}`.
    #[schemars(default)]
    pub variables: Mapping<Spanned<Value>>,
    /// Targets that are different in this environment.
    #[schemars(default)]
    pub targets: Mapping<WrittenAssignments>,
    /// Whether apply deletes managed profiles that no longer have a policy file.
    pub prune: Option<bool>,
    /// Limits for a plan; apply stops if one is exceeded.
    #[schemars(default)]
    pub limits: Limits,
    /// The key for fingerprints of secret values: `${env:NAME}`.
    #[schemars(regex(pattern = r"^\$\{env:.*\}$"))]
    pub fingerprint_key: Option<Spanned<String>>,
    /// Additional objects in the sandbox.
    #[schemars(default)]
    pub seed: Seed,
    /// The span of the whole map, for messages.
    #[schemars(skip)]
    pub span: Span,
}

/// Limits for a plan; apply stops if one is exceeded.
#[derive(Debug, Clone, Default, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Limits {
    /// The maximum number of changes in one plan. If omitted, no limit.
    pub max_changes: Option<u32>,
    /// The maximum number of deletions in one plan. If omitted, no limit.
    pub max_deletes: Option<u32>,
    /// The maximum number of devices that one plan may affect: added to a policy, removed from one, or given another value.
    /// Groups may overlap, and their sizes are added; devices of users are not counted. Names, descriptions and scope tags
    /// do not count. If omitted, no limit.
    pub max_devices: Option<u32>,
    /// Whether a plan may change policies assigned to all devices or all users, even if their assignments are not managed.
    /// Default: true.
    pub allow_all_targets: Option<bool>,
}

/// Additional objects in the sandbox, by display name.
#[derive(Debug, Clone, Default, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Seed {
    /// Groups.
    #[schemars(default)]
    pub groups: Vec<Spanned<String>>,
    /// Assignment filters.
    #[schemars(default)]
    pub filters: Vec<Spanned<String>>,
    /// Scope tags.
    #[schemars(default)]
    pub scope_tags: Vec<Spanned<String>>,
}

impl Decode for Configuration {
    fn expected() -> String {
        "a configuration".into()
    }
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        let mut fields = Fields::of(node, "configuration", decoder)?;
        let owner: Option<Spanned<String>> = fields.required("owner", decoder);
        let default: Option<Spanned<String>> = fields.required("default", decoder);
        let targets = fields.optional("targets", decoder).unwrap_or_default();
        let before = decoder.errors();
        let environments: Option<Mapping<Environment>> = fields.required("environments", decoder);
        // An environment that cannot be read is still defined.
        let all_read = decoder.errors() == before;
        let catalogue: Option<Spanned<String>> = fields.optional("catalogue", decoder);
        fields.finish(decoder);
        let configuration = Self { owner: owner?, default: default?, targets, environments: environments?, catalogue };
        configuration.complain(all_read, decoder);
        Some(configuration)
    }
}

impl Configuration {
    fn complain(&self, all_read: bool, decoder: &mut Decoder<'_>) {
        if let Err(reason) = check_owner(&self.owner) {
            decoder.complain(
                Diagnostic::error(Code::InvalidOwner, format!("`{}` cannot be used as an owner", self.owner.value))
                    .at(decoder.place(self.owner.span), reason),
            );
        }
        if all_read && self.environments.get(&self.default).is_none() {
            let names: Vec<&str> = self.environments.keys().collect();
            let mut problem = Diagnostic::error(
                Code::UnknownEnvironment,
                format!("the environment `{}` does not exist", self.default.value),
            )
            .at(decoder.place(self.default.span), "the default must be one of `environments:`");
            problem = problem.note(match names.join(", ") {
                none if none.is_empty() => "no environment is defined".to_string(),
                names => format!("environments: {names}"),
            });
            if let Some(name) = nearest(&self.default, names.iter().copied()) {
                problem = problem.help(format!("Did you mean `{name}`?"));
            }
            decoder.complain(problem);
        }
        for (at, (name, environment)) in self.environments.iter().enumerate() {
            let twin = self.environments.0[..at].iter().find(|(_, other)| other.same_tenant(environment));
            if let Some((other, first)) = twin {
                decoder.complain(
                    Diagnostic::error(
                        Code::SharedTenant,
                        format!("`{}` and `{}` are the same tenant", other.value, name.value),
                    )
                    .at(
                        decoder.place(environment.tenant.span),
                        "with the same owner, each would undo the changes of the other",
                    )
                    .and(decoder.place(first.tenant.span), "first used here")
                    .help("keep one of them, or give the other its own repository and owner"),
                );
            }
        }
    }
}

impl Environment {
    fn same_tenant(&self, other: &Self) -> bool {
        let server = |one: &Self| one.graph_url.as_ref().map(|url| url.value.trim_end_matches('/').to_string());
        self.tenant.eq_ignore_ascii_case(&other.tenant) && server(self) == server(other)
    }

    /// Whether this is the built-in sandbox.
    pub fn is_sandbox(&self) -> bool {
        self.tenant.value == "sandbox"
    }

    /// The global cloud by default.
    pub fn cloud(&self) -> Cloud {
        self.cloud.as_ref().map_or(Cloud::Global, |cloud| cloud.value)
    }

    /// That of the cloud by default; without a slash at the end.
    pub fn graph_url(&self) -> &str {
        self.graph_url.as_ref().map_or(self.cloud().graph_url(), |url| url.trim_end_matches('/'))
    }

    /// The URL of the sign-in service.
    pub fn login_url(&self) -> &str {
        self.login_url.as_ref().map_or(self.cloud().login_url(), |url| url.trim_end_matches('/'))
    }
}

impl Decode for Environment {
    fn expected() -> String {
        "an environment".into()
    }
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        let mut fields = Fields::of(node, "environment", decoder)?;
        let tenant: Option<Spanned<String>> = fields.required("tenant", decoder);
        let environment = Self {
            tenant: Spanned::default(),
            cloud: fields.optional("cloud", decoder),
            graph_url: fields.optional("graph_url", decoder),
            login_url: fields.optional("login_url", decoder),
            auth: fields.optional("auth", decoder),
            variables: fields.optional("variables", decoder).unwrap_or_default(),
            targets: fields.optional("targets", decoder).unwrap_or_default(),
            prune: fields.optional("prune", decoder),
            limits: fields.optional("limits", decoder).unwrap_or_default(),
            fingerprint_key: fields.optional("fingerprint_key", decoder),
            seed: fields.optional("seed", decoder).unwrap_or_default(),
            span: node.span,
        };
        fields.finish(decoder);
        environment.complain(tenant.as_ref(), decoder);
        Some(Self { tenant: tenant?, ..environment })
    }
}

impl Environment {
    fn complain(&self, tenant: Option<&Spanned<String>>, decoder: &mut Decoder<'_>) {
        for url in self.graph_url.iter().chain(&self.login_url) {
            if let Err(reason) = check_url(url) {
                decoder.complain(
                    Diagnostic::error(Code::InvalidServer, "this server cannot be used")
                        .at(decoder.place(url.span), reason),
                );
            }
        }
        if let Some(key) = &self.fingerprint_key
            && is_reserved_for_key(key)
        {
            decoder.complain(
                Diagnostic::error(Code::ReservedVariable, "the fingerprint key cannot be this variable")
                    .at(decoder.place(key.span), "it signs somebody in or belongs to the pipeline")
                    .help("use a variable of its own, such as `${env:SSPR_POLICY_KEY}`"),
            );
        }
        if let Some(auth) = &self.auth {
            complain_of_applications(auth, self.login_url.is_some(), decoder);
        }
        if let Some(tenant) = tenant
            && let Err((reason, fix)) = check_tenant_name(tenant)
        {
            let mut problem =
                Diagnostic::error(Code::InvalidTenant, "this is not a tenant").at(decoder.place(tenant.span), reason);
            problem = match fix {
                Some(name) => {
                    problem.help(format!("Did you mean `{name}`?")).fix(decoder.place(tenant.span), name, false)
                }
                None => {
                    problem.help("write the ID of the tenant or one of its domains, such as contoso.onmicrosoft.com")
                }
            };
            decoder.complain(problem);
        }
    }
}

/// Whether `${env:NAME}` names a variable that must not be a fingerprint key. Those of this program are fine, but its token.
fn is_reserved_for_key(reference: &str) -> bool {
    let name = reference.trim_start_matches("${env:").trim_end_matches('}').to_ascii_uppercase();
    name == "SSPR_POLICY_TOKEN" || is_reserved_variable(&name) && !name.starts_with("SSPR_POLICY_")
}

/// Checks that a name can be a tenant: `sandbox`, an ID, or a domain. The error has the reason and a suggestion.
fn check_tenant_name(name: &str) -> Result<(), (String, Option<&'static str>)> {
    if name == "sandbox" || uuid::Uuid::parse_str(name).is_ok_and(|id| !id.is_nil()) {
        return Ok(());
    }
    // These endpoints accept users of any tenant (Microsoft identity platform, "Endpoints"), but a plan is for one
    // tenant.
    if ["common", "organizations", "consumers"].contains(&name.to_ascii_lowercase().as_str()) {
        return Err((format!("`{name}` does not name a single tenant"), None));
    }
    let is_host = |c: char| c.is_alphanumeric() || ['.', '-', '_'].contains(&c);
    if name.contains('.') && name.chars().all(is_host) && !name.starts_with('.') && !name.ends_with('.') {
        return Ok(());
    }
    Err(("expected `sandbox`, an ID or a domain".into(), nearest(&name.to_ascii_lowercase(), ["sandbox"])))
}

/// Checks a server's URL: https, or http for loopback addresses.
fn check_url(url: &str) -> Result<(), String> {
    let last = url.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    if ["v1.0", "beta"].contains(&last) {
        return Err(format!("do not include the API version: remove `/{last}`"));
    }
    if url.starts_with("https://") || url.starts_with("http://") && is_loopback(url) {
        return Ok(());
    }
    match url.starts_with("http://") {
        true => Err("http is allowed for this computer only: use https".into()),
        false => Err("expected `https://…`, or `http://` to loopback".into()),
    }
}

impl Decode for Limits {
    fn expected() -> String {
        "limits".into()
    }
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        let mut fields = Fields::of(node, "limits", decoder)?;
        let limits = Self {
            max_changes: fields.optional("max_changes", decoder),
            max_deletes: fields.optional("max_deletes", decoder),
            max_devices: fields.optional("max_devices", decoder),
            allow_all_targets: fields.optional("allow_all_targets", decoder),
        };
        fields.finish(decoder);
        Some(limits)
    }
}

impl Decode for Seed {
    fn expected() -> String {
        "groups, filters, scope_tags".into()
    }
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        let mut fields = Fields::of(node, "seed", decoder)?;
        let seed = Self {
            groups: fields.optional("groups", decoder).unwrap_or_default(),
            filters: fields.optional("filters", decoder).unwrap_or_default(),
            scope_tags: fields.optional("scope_tags", decoder).unwrap_or_default(),
        };
        fields.finish(decoder);
        Some(seed)
    }
}

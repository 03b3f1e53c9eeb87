//! The query options of a call.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::answer::Refusal;
use super::call::{Call, encoded};
use super::filter;

/// What a resource allows.
#[derive(Debug)]
pub(super) struct Allowed<'a> {
    pub options: &'a [&'a str],
    /// The properties that `$select` may name.
    pub properties: Vec<&'a str>,
    /// Whether `$filter` may ask for the beginning of a name.
    pub prefixes: bool,
    pub page_size: usize,
    pub max_page_size: usize,
    /// Entra ID refuses a `$top` that is too large, Intune answers with smaller pages.
    pub too_large: TooLarge,
}

impl Allowed<'_> {
    /// By which property objects are found.
    fn named_by(&self) -> &'static str {
        ["displayName", "name"].into_iter().find(|name| self.properties.contains(name)).unwrap_or("id")
    }
}

/// What becomes of a `$top` over the largest page.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum TooLarge {
    Refused,
    Cut,
}

/// What a call asks for.
#[derive(Debug)]
pub(super) struct Wanted {
    /// The name that is looked for; an id where objects have no name.
    pub name: Option<String>,
    /// What a name begins with.
    pub prefix: Option<String>,
    pub select: Option<Vec<String>>,
    /// `$expand=assignments`.
    pub assignments: bool,
    /// `$expand=settings`.
    pub settings: bool,
    pub count: bool,
    pub page_size: usize,
    /// Only what was made after this.
    pub after: u64,
}

/// The option by which a next page is asked for.
pub(super) const TOKEN: &str = "$skiptoken";
/// Marks a token that leads to a page that was given already.
const AGAIN: &str = ":again";

impl Wanted {
    pub(super) fn read(call: &Call, allowed: &Allowed) -> Result<Wanted, Refusal> {
        let mut wanted = Wanted {
            name: None,
            prefix: None,
            select: None,
            assignments: false,
            settings: false,
            count: false,
            page_size: allowed.page_size,
            after: 0,
        };
        for (position, (option, value)) in call.query.iter().enumerate() {
            if call.query[..position].iter().any(|(earlier, _)| earlier == option) {
                return Err(Refusal::bad(format!("Query option '{option}' was specified more than once.")));
            }
            if !allowed.options.contains(&option.as_str()) {
                return Err(Refusal::bad(format!("The query option '{option}' is not supported here.")));
            }
            wanted.take(option, value, allowed)?;
        }
        Ok(wanted)
    }

    fn take(&mut self, option: &str, value: &str, allowed: &Allowed) -> Result<(), Refusal> {
        match option {
            "$filter" => match filter::prefix(value).filter(|_| allowed.prefixes) {
                Some(prefix) => self.prefix = Some(prefix),
                None => self.name = Some(filter::name(value, allowed.named_by())?),
            },
            "$select" => self.select = Some(selection(value, &allowed.properties)?),
            "$top" => self.page_size = page_size(value, allowed)?,
            TOKEN => self.after = position(value)?,
            "$expand" => self.expand(value, allowed)?,
            "$count" => {
                self.count = value
                    .parse()
                    .map_err(|_| Refusal::bad(format!("Invalid value '{value}' for $count: use true or false.")))?;
            }
            _ => {
                return Err(Refusal::bad(format!("The query option '{option}' is not supported here.")));
            }
        }
        Ok(())
    }
}

impl Wanted {
    /// `settings` only where there is such a property.
    fn expand(&mut self, value: &str, allowed: &Allowed) -> Result<(), Refusal> {
        for name in value.split(',').map(str::trim) {
            match name {
                "assignments" => self.assignments = true,
                "settings" if allowed.properties.contains(&name) => self.settings = true,
                _ => return Err(Refusal::bad(format!("The sandbox does not expand '{name}' here."))),
            }
        }
        Ok(())
    }
}

fn selection(value: &str, properties: &[&str]) -> Result<Vec<String>, Refusal> {
    let names: Vec<String> = value.split(',').map(|name| name.trim().to_owned()).collect();
    match names.iter().find(|name| !properties.contains(&name.as_str())) {
        Some(name) => Err(Refusal::bad(format!(
            "Parsing OData Select and Expand failed: Could not find a property named '{name}'."
        ))),
        None => Ok(names),
    }
}

fn page_size(value: &str, allowed: &Allowed) -> Result<usize, Refusal> {
    let most = allowed.max_page_size;
    match value.parse::<usize>() {
        Ok(size) if (1..=most).contains(&size) => Ok(size),
        Ok(size) if size > most && allowed.too_large == TooLarge::Cut => Ok(most),
        _ => Err(Refusal::bad(format!(
            "Invalid page size specified: '{value}'. Must be between 1 and {most} inclusive."
        ))),
    }
}

/// The link to what comes after `order`: the call's own options, and an opaque token in place of the old one.
pub(super) fn next_link(call: &Call, order: u64) -> String {
    link(call, &format!("after:{order}"))
}

/// The link to the page that the call asked for, once more; `None` when it is that already.
pub(super) fn same_page(call: &Call) -> Option<String> {
    let token = call.query.iter().find(|(option, _)| option == TOKEN);
    let text = token.map_or(Some("after:0".to_owned()), |(_, token)| plain(token))?;
    (!text.ends_with(AGAIN)).then(|| link(call, &(text + AGAIN)))
}

fn link(call: &Call, token: &str) -> String {
    let mut link = format!("{}/{}/{}?", call.base, call.face.as_str(), call.path.join("/"));
    for (option, value) in call.query.iter().filter(|(option, _)| option != TOKEN) {
        link.push_str(&format!("{option}={}&", encoded(value)));
    }
    let token = URL_SAFE_NO_PAD.encode(token);
    link + TOKEN + "=" + &token
}

fn position(token: &str) -> Result<u64, Refusal> {
    plain(token)
        .and_then(|text| text.trim_end_matches(AGAIN).strip_prefix("after:")?.parse().ok())
        .ok_or_else(|| Refusal::bad("The $skiptoken is not one that was handed out."))
}

fn plain(token: &str) -> Option<String> {
    String::from_utf8(URL_SAFE_NO_PAD.decode(token).ok()?).ok()
}

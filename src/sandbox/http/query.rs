//! The query options of a call.

use super::answer::Refusal;
use super::call::Call;
use super::{filter, page_link};

/// The query options that a resource supports.
#[derive(Debug)]
pub(crate) struct AllowedOptions<'a> {
    pub options: &'a [&'a str],
    /// The properties that `$select` may name.
    pub properties: Vec<&'a str>,
    /// Whether `$filter` supports `startswith`.
    pub prefixes: bool,
    pub page_size: usize,
    pub max_page_size: usize,
    /// Entra ID refuses a `$top` that is too large, Intune answers with smaller pages.
    pub too_large: TooLarge,
}

impl AllowedOptions<'_> {
    /// The property that `$filter` compares.
    fn named_by(&self) -> &'static str {
        ["displayName", "name"].into_iter().find(|name| self.properties.contains(name)).unwrap_or("id")
    }
}

/// What happens with a `$top` that exceeds the largest page.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum TooLarge {
    Refused,
    Cut,
}

#[derive(Debug)]
pub(crate) struct QueryOptions {
    /// The name to find, or the id of objects without a name.
    pub name: Option<String>,
    /// The beginning of a name to find.
    pub prefix: Option<String>,
    pub select: Option<Vec<String>>,
    /// `$expand=assignments`.
    pub assignments: bool,
    /// `$expand=settings`.
    pub settings: bool,
    pub count: bool,
    pub page_size: usize,
    /// Only objects that were created after this place in the order.
    pub after: u64,
}

impl QueryOptions {
    pub(crate) fn read(call: &Call, allowed: &AllowedOptions) -> Result<QueryOptions, Refusal> {
        let mut asked = QueryOptions {
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
            asked.take(option, value, allowed)?;
        }
        Ok(asked)
    }

    /// Refuses every option.
    pub(crate) fn none(call: &Call) -> Result<QueryOptions, Refusal> {
        let nothing = AllowedOptions {
            options: &[],
            properties: Vec::new(),
            prefixes: false,
            page_size: 1,
            max_page_size: 1,
            too_large: TooLarge::Cut,
        };
        QueryOptions::read(call, &nothing)
    }

    fn take(&mut self, option: &str, value: &str, allowed: &AllowedOptions) -> Result<(), Refusal> {
        match option {
            "$filter" => match filter::prefix(value).filter(|_| allowed.prefixes) {
                Some(prefix) => self.prefix = Some(prefix),
                None => self.name = Some(filter::name(value, allowed.named_by())?),
            },
            "$select" => self.select = Some(selection(value, &allowed.properties)?),
            "$top" => self.page_size = page_size(value, allowed)?,
            page_link::TOKEN => self.after = page_link::position(value)?,
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

    /// Allows `settings` only for resources with this property.
    fn expand(&mut self, value: &str, allowed: &AllowedOptions) -> Result<(), Refusal> {
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

fn page_size(value: &str, allowed: &AllowedOptions) -> Result<usize, Refusal> {
    let most = allowed.max_page_size;
    match value.parse::<usize>() {
        Ok(size) if (1..=most).contains(&size) => Ok(size),
        Ok(size) if size > most && allowed.too_large == TooLarge::Cut => Ok(most),
        _ => Err(Refusal::bad(format!(
            "Invalid page size specified: '{value}'. Must be between 1 and {most} inclusive."
        ))),
    }
}

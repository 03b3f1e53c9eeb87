//! Findings and problems in the form that rustc gives its messages.

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Patch, Renderer, Snippet};

use super::style::{Paint, visible};
use crate::diagnostic::{Diagnostic, DiagnosticDocument, Fix, Related, Severity, counted};
use crate::source::{Place, Source};

/// With the lines of the files that they are about, which a document does not contain. Each is followed by an empty line.
///
/// Errors come last: on a terminal, the last lines are the ones that people see.
pub fn findings_text<'d>(diagnostics: impl IntoIterator<Item = &'d Diagnostic>, paint: Paint) -> String {
    let renderer = renderer(paint);
    let text = |diagnostic| one(&DiagnosticDocument::new(diagnostic), Some(diagnostic), &renderer);
    let mut diagnostics: Vec<&Diagnostic> = diagnostics.into_iter().collect();
    diagnostics.sort_by_key(|diagnostic| diagnostic.severity);
    diagnostics.into_iter().map(text).collect()
}

/// The same for findings of a saved plan.
pub(super) fn saved_findings_text<'d>(
    diagnostics: impl IntoIterator<Item = &'d DiagnosticDocument>,
    paint: Paint,
) -> String {
    let renderer = renderer(paint);
    let mut diagnostics: Vec<&DiagnosticDocument> = diagnostics.into_iter().collect();
    diagnostics.sort_by_key(|document| document.severity);
    diagnostics.into_iter().map(|document| one(document, None, &renderer)).collect()
}

fn renderer(paint: Paint) -> Renderer {
    let renderer = if paint.color { Renderer::styled() } else { Renderer::plain() };
    // The library's own width is 140.
    if paint.width < crate::report::WIDTH { renderer.term_width(paint.width) } else { renderer }
}

/// The lines of a source that some spans touch, as separate text.
struct Window<'s> {
    text: &'s str,
    first_line: usize,
    offset: usize,
}

impl<'s> Window<'s> {
    fn around(source: &'s Source, places: &[&Place]) -> Self {
        let text = &source.text;
        let start = places.iter().map(|place| place.span.start().min(text.len())).min().unwrap_or(0);
        let end = places
            .iter()
            .map(|place| place.span.end().clamp(place.span.start().min(text.len()), text.len()))
            .max()
            .unwrap_or(0);
        let offset = text.get(..start).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
        let last = text.get(end..).and_then(|after| after.find('\n')).map_or(text.len(), |at| end + at);
        Self {
            // A carriage return at the end would be shown as a separate character.
            text: text.get(offset..last).unwrap_or_default().trim_end_matches('\r'),
            first_line: text.get(..offset).unwrap_or_default().matches('\n').count() + 1,
            offset,
        }
    }

    fn range(&self, place: &Place) -> std::ops::Range<usize> {
        let within = |at: usize| at.saturating_sub(self.offset).min(self.text.len());
        within(place.span.start())..within(place.span.range().end)
    }

    fn snippet<T: Clone>(&self, path: &'s str) -> Snippet<'s, T> {
        Snippet::source(self.text).line_start(self.first_line).path(path)
    }
}

fn level(severity: Severity) -> Level<'static> {
    match severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Info => Level::INFO,
    }
}

fn title(name: Option<&str>, message: &str) -> String {
    match name {
        Some(name) => format!("{name}: {}", visible(message)),
        None => visible(message),
    }
}

/// A finding; with the lines of the files if `source` is there, which is what the document was made from.
fn one(document: &DiagnosticDocument, source: Option<&Diagnostic>, renderer: &Renderer) -> String {
    let title = title(document.name.as_deref(), &document.message);
    let mut group = Group::with_title(level(document.severity).primary_title(title).id(&document.code));
    let mut notes: Vec<&String> = document.notes.iter().collect();
    match source.and_then(|source| Some((source, source.place.as_ref()?))) {
        Some((source, place)) => {
            group = with_lines(group, source, place);
            // They are labels in the lines.
            notes.drain(..source.related.len());
        }
        None => {
            if let (Some(file), Some(line), Some(column)) = (&document.file, document.line, document.column) {
                group = group.element(Origin::path(file).line(line).char_column(column));
            }
            if !document.label.is_empty() {
                notes.insert(0, &document.label);
            }
        }
    }
    for note in notes {
        group = group.element(Level::NOTE.message(visible(note)));
    }
    let replaced = |fix: &&Fix| !fix.place.source.slice(fix.place.span).is_empty();
    let groups = match source.and_then(|source| source.fix.as_ref()).filter(replaced) {
        Some(fix) => vec![group, patch(fix, document.help.clone())],
        None => match &document.help {
            Some(help) => vec![group.element(Level::HELP.message(visible(help)))],
            None => vec![group],
        },
    };
    format!("{}\n\n", renderer.render(&groups))
}

/// The help with the line as it is after the fix.
fn patch(fix: &Fix, help: Option<String>) -> Group<'_> {
    let window = Window::around(&fix.place.source, &[&fix.place]);
    let help = help.unwrap_or_else(|| format!("write `{}`", fix.text));
    let patch = window.snippet(&fix.place.source.path).patch(Patch::new(window.range(&fix.place), fix.text.clone()));
    Level::HELP.secondary_title(help).element(patch)
}

fn with_lines<'d>(mut group: Group<'d>, diagnostic: &'d Diagnostic, place: &'d Place) -> Group<'d> {
    let (near, far): (Vec<&Related>, Vec<&Related>) =
        diagnostic.related.iter().partition(|related| related.place.source.path == place.source.path);
    let places: Vec<&Place> = near.iter().map(|related| &related.place).chain([place]).collect();
    let window = Window::around(&place.source, &places);
    let label = |text: &'d str| (!text.is_empty()).then_some(text);
    let mut snippet = window.snippet(&place.source.path);
    snippet = snippet.annotation(AnnotationKind::Primary.span(window.range(place)).label(label(&diagnostic.label)));
    for Related { place, label: text } in near {
        snippet = snippet.annotation(AnnotationKind::Context.span(window.range(place)).label(label(text)));
    }
    group = group.element(snippet);
    for Related { place: other, label: text } in far {
        let window = Window::around(&other.source, &[other]);
        let annotation = AnnotationKind::Context.span(window.range(other)).label(label(text));
        group = group.element(window.snippet(&other.source.path).annotation(annotation));
    }
    group
}

/// `2 errors, 0 warnings in 38 policies`
pub fn check_summary(diagnostics: &[Diagnostic], policies: usize) -> String {
    let count = |severity| diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count();
    let notes = match count(Severity::Info) {
        0 => String::new(),
        notes => format!(" ({})", counted(notes, "note")),
    };
    let (errors, warnings) = (counted(count(Severity::Error), "error"), counted(count(Severity::Warning), "warning"));
    let codes = codes(diagnostics.iter().filter(|one| one.severity == Severity::Error).map(|one| one.kind.code()));
    format!("{errors}{codes}, {warnings} in {}{notes}", counted(policies, "policy"))
}

/// ` (R04, SP0201)`: the codes of errors, each once, because the errors themselves may have scrolled away.
pub(super) fn codes<'c>(codes: impl Iterator<Item = &'c str>) -> String {
    let codes: std::collections::BTreeSet<String> = codes.map(visible).collect();
    if codes.is_empty() { String::new() } else { format!(" ({})", codes.into_iter().collect::<Vec<_>>().join(", ")) }
}

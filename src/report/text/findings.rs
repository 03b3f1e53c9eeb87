//! Findings and problems in the form that rustc gives its messages.

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Patch, Renderer, Snippet};

use super::style::visible;
use crate::diagnostic::{Diagnostic, Severity, counted};
use crate::plan::DiagnosticDocument;
use crate::source::{Place, Source};

/// With the lines of the files that they are about, which a document does not contain. Each is followed by an empty line.
pub fn findings_text(diagnostics: &[Diagnostic], color: bool) -> String {
    let renderer = renderer(color);
    diagnostics.iter().map(|diagnostic| format!("{}\n\n", one(diagnostic, &renderer))).collect()
}

/// The same for findings of a saved plan, which does not contain the lines of the files.
pub(super) fn saved_findings_text(diagnostics: &[DiagnosticDocument], color: bool) -> String {
    let renderer = renderer(color);
    diagnostics.iter().map(|diagnostic| format!("{}\n\n", saved(diagnostic, &renderer))).collect()
}

fn renderer(color: bool) -> Renderer {
    if color { Renderer::styled() } else { Renderer::plain() }
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

fn saved(diagnostic: &DiagnosticDocument, renderer: &Renderer) -> String {
    let title = title(diagnostic.name.as_deref(), &diagnostic.message);
    let mut group = Group::with_title(level(diagnostic.severity).primary_title(title).id(&diagnostic.code));
    if let (Some(file), Some(line), Some(column)) = (&diagnostic.file, diagnostic.line, diagnostic.column) {
        group = group.element(Origin::path(file).line(line).char_column(column));
    }
    let label = (!diagnostic.label.is_empty()).then_some(&diagnostic.label);
    for note in label.into_iter().chain(&diagnostic.notes) {
        group = group.element(Level::NOTE.message(visible(note)));
    }
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(visible(help)));
    }
    renderer.render(&[group])
}

fn one(diagnostic: &Diagnostic, renderer: &Renderer) -> String {
    let title = title(diagnostic.kind.name(), &diagnostic.message);
    let mut group = Group::with_title(level(diagnostic.severity).primary_title(title).id(diagnostic.kind.code()));
    if let Some(place) = &diagnostic.place {
        group = with_places(group, diagnostic, place);
    }
    for note in diagnostic.notes.iter().chain(&diagnostic.fact) {
        group = group.element(Level::NOTE.message(visible(note)));
    }
    let patched = diagnostic.fix.as_ref().filter(|fix| !fix.place.source.slice(fix.place.span).is_empty());
    let Some(fix) = patched else {
        if let Some(help) = &diagnostic.help {
            group = group.element(Level::HELP.message(visible(help)));
        }
        return renderer.render(&[group]);
    };
    let window = Window::around(&fix.place.source, &[&fix.place]);
    let help = diagnostic.help.clone().unwrap_or_else(|| format!("write `{}`", fix.text));
    let patch = window.snippet(&fix.place.source.path).patch(Patch::new(window.range(&fix.place), fix.text.clone()));
    renderer.render(&[group, Level::HELP.secondary_title(help).element(patch)])
}

fn with_places<'d>(mut group: Group<'d>, diagnostic: &'d Diagnostic, place: &'d Place) -> Group<'d> {
    let here = |other: &&(Place, String)| other.0.source.path == place.source.path;
    let near: Vec<&(Place, String)> = diagnostic.related.iter().filter(here).collect();
    let places: Vec<&Place> = near.iter().map(|(place, _)| place).chain([place]).collect();
    let window = Window::around(&place.source, &places);
    let label = |text: &'d str| (!text.is_empty()).then_some(text);
    let mut snippet = window.snippet(&place.source.path);
    snippet = snippet.annotation(AnnotationKind::Primary.span(window.range(place)).label(label(&diagnostic.label)));
    for (place, text) in &near {
        snippet = snippet.annotation(AnnotationKind::Context.span(window.range(place)).label(label(text)));
    }
    group = group.element(snippet);
    for (other, text) in diagnostic.related.iter().filter(|other| !here(other)) {
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
    format!("{errors}, {warnings} in {}{notes}", counted(policies, "policy"))
}

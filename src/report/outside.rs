//! Text from outside (files, tenants, servers, names of files) is data: one function an output makes it harmless there.
//!
//! JSON needs none, because serde escapes what JSON has to escape.

/// For a terminal and for the logs of pipelines: the whole output passes here. Nothing controls the terminal but the
/// program's own colors, nothing changes the order of reading, and no line is a command for GitHub or Azure Pipelines.
pub fn terminal(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let mut rest = line;
        // GitHub removes blanks before a command ("Workflow commands"; actions/runner, `ActionCommand.TryParseV2`). Three
        // colons are not a command; findings have them before the name of a second file.
        let after_blanks = line.trim_start();
        if after_blanks.starts_with("::") && !after_blanks.starts_with("::: ") {
            shown.push_str(&line[..line.len() - after_blanks.len()]);
            shown.push_str(&spelled(':'));
            rest = &after_blanks[1..];
        }
        shown_line(rest, &mut shown);
    }
    shown
}

fn shown_line(line: &str, shown: &mut String) {
    let mut at = 0;
    while let Some(c) = line[at..].chars().next() {
        let rest = &line[at..];
        let color = color_code(rest);
        at += color.max(c.len_utf8());
        if color > 0 {
            shown.push_str(&rest[..color]);
        } else if c == '[' && (line[..at - 1].ends_with("##") || line[..at - 1].ends_with("##vso")) {
            // Both services look for these anywhere in a line.
            shown.push_str(&spelled('['));
        } else if matches!(c, '\n' | '\t') || c == '\r' && rest == "\r\n" || !is_hidden(c) {
            shown.push(c);
        } else {
            shown.push_str(&spelled(c));
        }
    }
}

/// The length of one of the program's own color codes: bold, dim and a color of the text. No other code passes, because it
/// could hide text.
fn color_code(text: &str) -> usize {
    let Some(codes) = text.strip_prefix("\u{1b}[").and_then(|rest| rest.split_once('m')).map(|(codes, _)| codes) else {
        return 0;
    };
    let is_own = |code: &str| matches!(code, "" | "0" | "1" | "2" | "4" | "22") || is_color(code);
    if codes.len() <= 12 && (codes.split(';').all(is_own) || codes.starts_with("38;5;")) {
        "\u{1b}[m".len() + codes.len()
    } else {
        0
    }
}

/// A color of the text, except black.
fn is_color(code: &str) -> bool {
    code.parse().is_ok_and(|code: u8| matches!(code, 31..=37 | 39 | 90..=97))
}

/// Makes visible in one line what a reader would not see, or what would begin a new line.
pub fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if is_hidden(c) { shown.push_str(&spelled(c)) } else { shown.push(c) }
    }
    shown
}

fn spelled(c: char) -> String {
    c.escape_unicode().to_string()
}

/// Whether a character controls a terminal, changes the order of reading, or is not seen. The joiner that emoji need is not
/// among them (Unicode, general categories Cc and Cf, and fillers; Unicode Technical Report 36, "Security Considerations").
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}' | '\u{200c}' | '\u{200e}' | '\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}')
}

/// For Markdown on GitHub, Azure DevOps and GitLab, inside a line: the text is shown as it is, without markup, links,
/// images, mentions or references.
pub fn markdown(text: &str) -> String {
    const APART: char = '\u{200b}';
    let mut escaped = String::with_capacity(text.len());
    let text = visible(text);
    for (at, c) in text.char_indices() {
        let (before, after) = (&text[..at], &text[at + c.len_utf8()..]);
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            // A mention would notify someone, and a reference would link: both begin with these.
            '@' => escaped.extend([c, APART]),
            '#' | '!' | '~' | '$' | '%' | '^' if after.starts_with(|c: char| c.is_alphanumeric() || c == '"') => {
                escaped.extend(['\\', c, APART]);
            }
            // What looks like an address becomes a link.
            ':' if after.starts_with("//") => escaped.extend([c, APART]),
            '.' if before.to_ascii_lowercase().ends_with("www") => escaped.extend([c, APART]),
            '|' | '*' | '_' | '`' | '[' | ']' | '!' | '\\' | '#' | '~' | '$' => {
                escaped.extend(['\\', c]);
            }
            '-' | '+' | '=' if before.trim().is_empty() => escaped.extend(['\\', c]),
            '.' if !before.is_empty() && before.bytes().all(|byte| byte.is_ascii_digit()) => escaped.extend(['\\', c]),
            c => escaped.push(c),
        }
    }
    escaped
}

/// For a code span in Markdown: HTML, because a code span of Markdown cannot contain every text.
pub fn markdown_code(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in visible(text).chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            // Markdown is read inside of HTML, too.
            '|' | '*' | '_' | '`' | '[' | ']' | '\\' | '!' | '~' | '#' | '$' | '@' | ':' => {
                safe.push_str(&format!("&#{};", u32::from(c)));
            }
            c => safe.push(c),
        }
    }
    format!("<code>{safe}</code>")
}

/// The message of a workflow command of GitHub, and, with `is_property`, one of its properties ("Workflow commands").
pub fn github(text: &str, is_property: bool) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '%' => escaped.push_str("%25"),
            '\r' => escaped.push_str("%0D"),
            '\n' => escaped.push_str("%0A"),
            ':' if is_property => escaped.push_str("%3A"),
            ',' if is_property => escaped.push_str("%2C"),
            // The older form of commands, which the runner looks for anywhere.
            '[' if escaped.ends_with("##") || escaped.ends_with("##vso") => escaped.push_str(&spelled(c)),
            c if is_hidden(c) => escaped.push_str(&spelled(c)),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_own_colors_reach_the_terminal() {
        assert_eq!(
            terminal("a\u{202e}b\u{1b}]0;title\u{7}c\u{1b}[8mhidden"),
            "a\\u{202e}b\\u{1b}]0;title\\u{7}c\\u{1b}[8mhidden"
        );
        let colored = "\u{1b}[1m\u{1b}[31merror\u{1b}[0m: x\n\ty\r\n";
        assert_eq!(terminal(colored), colored);
        assert_eq!(terminal("\u{1b}[30;40mblack\u{1b}[2J\r!"), "\\u{1b}[30;40mblack\\u{1b}[2J\\u{d}!");
    }

    #[test]
    fn no_line_is_a_command_of_a_pipeline() {
        let text = "  ::set-env name=A::b\n::stop\n  ::: a.yaml:1:1\na ##[command]x ##vso[task.setvariable]y\na::b [c]";
        let shown = "  \\u{3a}:set-env name=A::b\n\\u{3a}:stop\n  ::: a.yaml:1:1\na ##\\u{5b}command]x ##vso\\u{5b}task.setvariable]y\na::b [c]";
        assert_eq!(terminal(text), shown);
        assert_eq!(github("a\n::stop::##[debug]%", false), "a%0A::stop::##\\u{5b}debug]%25");
        assert_eq!(github("a:b,c", true), "a%3Ab%2Cc");
    }

    #[test]
    fn what_is_not_seen_is_spelled_out() {
        let hidden = "a\u{61c}\u{180e}\u{2028}\u{ad}\u{e0041}\u{200b}b";
        assert_eq!(visible(hidden), "a\\u{61c}\\u{180e}\\u{2028}\\u{ad}\\u{e0041}\\u{200b}b");
        assert_eq!(visible("👩‍💻 Größe"), "👩‍💻 Größe");
    }

    #[test]
    fn text_is_no_markup() {
        let apart = |text: &str| markdown(text).replace('\u{200b}', "·");
        assert_eq!(
            apart("@team see https://evil.example #12 ![x](y) <b>"),
            "@·team see https:·//evil.example \\#·12 \\!\\[x\\](y) &lt;b&gt;"
        );
        assert_eq!(apart("- 1 *a* `b` $c$ www.evil.example"), "\\- 1 \\*a\\* \\`b\\` \\$·c\\$ www.·evil.example");
        assert_eq!(apart("1. one"), "1\\. one");
        assert_eq!(markdown_code("a`b</code>@x"), "<code>a&#96;b&lt;/code&gt;&#64;x</code>");
    }
}

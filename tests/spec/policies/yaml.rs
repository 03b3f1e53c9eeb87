//! YAML: files that cannot be read, anchors, line ends and columns.

use insta::assert_snapshot;

use crate::harness::repository::{Repository, briefly, check, check_briefly};

#[test]
fn one_run_reports_all_files_that_are_not_policies() {
    let utf16: Vec<u8> = "name: Reset\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let repository = Repository::lab()
        .with_bytes("policies/ansi.yaml", b"name: Gr\xfc\xdfe\n")
        .with("policies/comment.yaml", "# nothing but a comment\n")
        .with("policies/directory.yaml/inner.yaml", "name: Inner\n")
        .with("policies/documents.yaml", "name: One\n---\nname: Two\n")
        .with("policies/empty.yaml", "")
        .with("policies/list.yaml", "- name: Reset\n")
        .with("policies/null.yaml", "~\n")
        .with("policies/open.yaml", "name: \"Reset\nsettings: {}\n")
        .with("policies/tab.yaml", "name: Reset\nsettings:\n\tCamera/AllowCamera: 1\n")
        .with("policies/text.yaml", "Reset\n")
        .with_bytes("policies/utf-16.yaml", &[&[0xff, 0xfe][..], &utf16].concat());
    assert_snapshot!(repository.run("check"), @"
    error[SP0101]: this file cannot be read
     --> policies/ansi.yaml:1:1
      |
    1 |
      | ^ the file is not UTF-8 (first invalid byte at offset 8); save it as UTF-8

    error[SP0107]: the policy is empty
     --> policies/comment.yaml:1:1
      |
    1 | # nothing but a comment
      | ^ this file has no content
      |
      = help: `sspr-policy init` creates an example in an empty folder

    error[SP0101]: this file cannot be read
     --> policies/directory.yaml:1:1
      |
    1 |
      | ^ this is a folder with a policy's file name; rename it

    error[SP0102]: this file is not valid YAML
     --> policies/documents.yaml:3:1
      |
    3 | name: Two
      | ^^^^^^^^^ the file contains more than one YAML document
      |
      = help: use one file for each policy: split it at `---`

    error[SP0107]: the policy is empty
     --> policies/empty.yaml:1:1
      |
    1 |
      | ^ this file has no content
      |
      = help: `sspr-policy init` creates an example in an empty folder

    error[SP0105]: expected a map for the policy, found a list
     --> policies/list.yaml:1:1
      |
    1 | - name: Reset
      | ^^^^^^^^^^^^^ this is a list

    error[SP0107]: the policy is empty
     --> policies/null.yaml:1:1
      |
    1 | ~
      | ^ this file has no content
      |
      = help: `sspr-policy init` creates an example in an empty folder

    error[SP0102]: this file is not valid YAML
     --> policies/open.yaml:2:1
      |
    2 | settings: {}
      | ^^^^^^^^^^^^ invalid indentation in multiline quoted scalar

    error[SP0102]: this file is not valid YAML
     --> policies/tab.yaml:3:2
      |
    3 |     Camera/AllowCamera: 1
      |     ^^^^^^^^^^^^^^^^^^^^^ tabs disallowed within this context (block indentation)

    error[SP0105]: expected a map for the policy, found text
     --> policies/text.yaml:1:1
      |
    1 | Reset
      | ^^^^^ this is text

    error[SP0101]: this file cannot be read
     --> policies/utf-16.yaml:1:1
      |
    1 |
      | ^ the file is UTF-16; save it as UTF-8

    11 errors (SP0101, SP0102, SP0105, SP0107), 0 warnings in 10 policies
    exit code 1
    ");
}

#[test]
#[cfg(unix)]
fn links_can_only_lead_to_files_in_the_repository() {
    let repository = Repository::lab()
        .with("policies/real.yaml", "name: Real\nkey: real\nsettings: { Camera/AllowCamera: 1 }\n")
        .with("elsewhere/twin.yaml", "name: Twin\nsettings: { Camera/AllowCamera: 1 }\n");
    let link = |to: &str, from: &str| std::os::unix::fs::symlink(to, repository.path(from)).unwrap();
    link("/etc/hostname", "policies/secret.yaml");
    link("../..", "policies/up");
    link("..", "policies/here");
    link("loop-2.yaml", "policies/loop-1.yaml");
    link("loop-1.yaml", "policies/loop-2.yaml");
    link("nowhere.yaml", "policies/dangling.yaml");
    link("../elsewhere/twin.yaml", "policies/twin.yaml");
    assert_snapshot!(briefly(&repository), @"
    dangling.yaml:1:1 error[SP0101] this file cannot be read: this link is broken: what it points to does not exist
    here:1:1 error[SP0101] this file cannot be read: links to folders are not followed
    loop-1.yaml:1:1 error[SP0101] this file cannot be read: this link is broken: Too many levels of symbolic links (os error 40)
    loop-2.yaml:1:1 error[SP0101] this file cannot be read: this link is broken: Too many levels of symbolic links (os error 40)
    secret.yaml:1:1 error[SP0101] this file cannot be read: this link points outside the policy repository
    up:1:1 error[SP0101] this file cannot be read: this link points outside the policy repository
    exit code 1
    ");
}

#[test]
fn aliases_that_expand_without_bound_are_refused() {
    let laughs = (1..10).map(|at| format!("a{at}: &a{at} [{}]\n", vec![format!("*a{}", at - 1); 9].join(", ")));
    let text = format!("name: Ha\na0: &a0 [ha, ha, ha, ha, ha, ha, ha, ha, ha]\n{}", laughs.collect::<String>());
    let repository = Repository::lab()
        .with("policies/deep.yaml", &format!("name: Deep\nsettings: {}{}\n", "[".repeat(5000), "]".repeat(5000)))
        .with("policies/laughs.yaml", &text)
        .with("policies/self.yaml", "name: Self\nsettings: &a { Camera/AllowCamera: *a }\n");
    assert_snapshot!(briefly(&repository), @"
    deep.yaml:2:266 error[SP0102] this file is not valid YAML: recursion limit exceeded
    laughs.yaml:7:20 error[SP0102] this file is not valid YAML: the aliases (`*name`) of this file expand too far, or the file has more than 250,000 values (replace the aliases with their values, or split the file)
    self.yaml:2:36 error[SP0102] this file is not valid YAML: this alias (`*name`) is used inside its own anchor (replace the alias with the value)
    exit code 1
    ");
}

#[test]
fn errors_in_an_alias_point_at_its_anchor() {
    let said = check(
        r"
        name: Copies
        settings:
          Camera/AllowCamera: &off 2
          AboveLock/AllowToasts: *off
        ",
    );
    assert_snapshot!(said, @r#"
    error[SP0204]: this value is not allowed
     --> policies/policy.yaml:3:28
      |
    3 |   Camera/AllowCamera: &off 2
      |                            ^ Camera/AllowCamera takes 0 = "Not allowed" or 1 = "Allowed"
      |
      = note: source: DDF February 2026

    error[SP0204]: this value is not allowed
     --> policies/policy.yaml:4:26
      |
    4 |   AboveLock/AllowToasts: *off
      |                          ^^^^ AboveLock/AllowToasts takes 0 = "Not allowed" or 1 = "Allowed"
      |
      = note: source: DDF February 2026

    2 errors (SP0204), 0 warnings in 1 policy
    exit code 1
    "#);
}

#[test]
fn merge_keys_tags_and_undefined_aliases_are_refused() {
    let repository = Repository::lab()
        .with("policies/alias.yaml", "name: *nobody\n")
        .with("policies/complex.yaml", "name: Reset\nsettings:\n  ? [a, b]\n  : 1\n")
        .with("policies/merge.yaml", "name: Merge\nsettings:\n  <<: { Camera/AllowCamera: 1 }\n")
        .with("policies/tag.yaml", "name: !important Reset\n")
        .with("policies/template.yaml", "name: Reset\nkey: {{ owner }}\n");
    assert_snapshot!(repository.run("check"), @"
    error[SP0102]: this file is not valid YAML
     --> policies/alias.yaml:1:7
      |
    1 | name: *nobody
      |       ^^^^^^^ alias references unknown anchor

    error[SP0102]: this file is not valid YAML
     --> policies/complex.yaml:3:5
      |
    3 |   ? [a, b]
      |     ^^^^^^ a key must be text
      |
      = help: a value that begins with `{` needs 'single quotes'

    error[SP0102]: this file is not valid YAML
     --> policies/merge.yaml:3:3
      |
    3 |   <<: { Camera/AllowCamera: 1 }
      |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ merge keys (`<<`) are not supported
      |
      = help: write each key where it is used

    error[SP0102]: this file is not valid YAML
     --> policies/tag.yaml:1:18
      |
    1 | name: !important Reset
      |                  ^^^^^ unsupported tag `!important`

    error[SP0102]: this file is not valid YAML
     --> policies/template.yaml:2:7
      |
    2 | key: {{ owner }}
      |       ^^^^^^^^^^ a key must be text
      |
      = help: a value that begins with `{` needs 'single quotes'

    5 errors (SP0102), 0 warnings in 5 policies
    exit code 1
    ");
}

#[test]
fn a_byte_order_mark_and_crlf_do_not_move_columns() {
    let text = "\u{feff}name: Größe 🙂\r\nsettings:\r\n  Camera/AllowCamera: 1\r\n  Camera/AlowCamera: 1 # 🙂\r\n";
    let repository = Repository::lab().with_bytes("policies/windows.yaml", text.as_bytes());
    assert_snapshot!(repository.run("check"), @"
    error[SP0201]: unknown setting
     --> policies/windows.yaml:4:3
      |
    4 |   Camera/AlowCamera: 1 # 🙂
      |   ^^^^^^^^^^^^^^^^^ this node is not in the catalogue
      |
      = note: source: DDF February 2026
    help: Did you mean `Camera/AllowCamera`?
      |
    4 |   Camera/AllowCamera: 1 # 🙂
      |            +

    1 error (SP0201), 0 warnings in 1 policy
    exit code 1
    ");
    let sound = text.replace("  Camera/AlowCamera: 1 # 🙂\r\n", "");
    let repository = Repository::lab().with_bytes("policies/windows.yaml", sound.as_bytes());
    assert_snapshot!(repository.run("check"), @"0 errors, 0 warnings in 1 policy");
}

#[test]
fn a_policy_file_ends_in_lower_case() {
    let repository = Repository::lab();
    assert_snapshot!(repository.run("check"), @"0 errors, 0 warnings in 0 policies");
    let repository = repository.with("policies/Reset.YAML", "name: A\n");
    assert_snapshot!(repository.run("check"), @"
    error[SP0101]: this file cannot be read
     --> policies/Reset.YAML:1:1
      |
    1 |
      | ^ a policy's file name has to end with `.yaml` in lower case

    1 error (SP0101), 0 warnings in 0 policies
    exit code 1
    ");
}

#[test]
fn columns_count_characters_even_after_wide_ones() {
    let said = check_briefly("name: A\nsettings: { \"Größe/🙂\": 1, Camera/AllowCamera: nein }\n");
    assert_snapshot!(said, @r#"
    policy.yaml:2:13 error[SP0201] unknown setting: this node is not in the catalogue (to use a node that is not in the catalogue, write `type:`, `raw:` and `unchecked:` with the reason)
    policy.yaml:2:47 error[SP0204] this value is not allowed: Camera/AllowCamera takes 0 = "Not allowed" or 1 = "Allowed"
    exit code 1
    "#);
}

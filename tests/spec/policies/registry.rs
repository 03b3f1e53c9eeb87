//! Registry keys, values and data.

use insta::assert_snapshot;

use crate::harness::repository::{Repository, check, check_briefly};

#[test]
fn a_registry_key_in_double_quotes_is_an_error() {
    let repository = Repository::lab()
        .with("policies/n.yaml", "name: N\nregistry:\n  \"HKLM\\SOFTWARE\\new\": { Mode: 1 }\n")
        .with("policies/valid.yaml", "name: V\nregistry:\n  \"HKLM\\new\\table\": { Mode: 1 }\n");
    assert_snapshot!(repository.run("check"), @r#"
    error[SP0102]: this file is not valid YAML
     --> policies/n.yaml:3:3
      |
    3 |   "HKLM\SOFTWARE\new": { Mode: 1 }
      |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ while parsing a quoted scalar, found unknown escape character
      |
      = help: in double quotes a backslash starts an escape sequence; write Windows paths without quotes or in 'single quotes'

    error[SP0301]: this is not a registry key
     --> policies/valid.yaml:3:3
      |
    3 |   "HKLM\new\table": { Mode: 1 }
      |   ^^^^^^^^^^^^^^^^ the key contains a control character: in double quotes a backslash starts an escape sequence
      |
    help: write the key in 'single quotes', or without quotes
      |
    3 -   "HKLM\new\table": { Mode: 1 }
    3 +   'HKLM\new\table': { Mode: 1 }
      |

    2 errors (SP0102, SP0301), 0 warnings in 2 policies
    exit code 1
    "#);
}

#[test]
fn a_registry_key_must_begin_with_its_hive() {
    let said = check(
        r"
        name: Keys
        registry:
          SOFTWARE\Contoso: { Mode: 1 }
          HKLM/SOFTWARE/Contoso: { Mode: 1 }
          HKXX\Contoso: { Mode: 1 }
          HKLM: { Mode: 1 }
          HKLM\SOFTWARE\\Contoso\: { Mode: 1 }
          HKLM\SOFTWARE\Sound: 1
        ",
    );
    assert_snapshot!(said, @r"
    error[SP0105]: expected values by name, or null to delete the key, found a whole number
     --> policies/policy.yaml:8:24
      |
    8 |   HKLM\SOFTWARE\Sound: 1
      |                        ^ this is a whole number

    1 error (SP0105), 0 warnings in 1 policy
    exit code 1
    ");
    let said = check(
        r"
        name: Keys
        registry:
          SOFTWARE\Contoso: { Mode: 1 }
          HKLM/SOFTWARE/Contoso: { Mode: 1 }
          HKXX\Contoso: { Mode: 1 }
          HKLM: { Mode: 1 }
          HKLM\SOFTWARE\\Contoso\: { Mode: 1 }
        ",
    );
    assert_snapshot!(said, @r"
    error[SP0301]: this is not a registry key
     --> policies/policy.yaml:3:3
      |
    3 |   SOFTWARE\Contoso: { Mode: 1 }
      |   ^^^^^^^^^^^^^^^^ a registry key must begin with HKLM, HKCU, HKCR, HKU or HKCC and a backslash

    error[SP0301]: this is not a registry key
     --> policies/policy.yaml:4:3
      |
    4 |   HKLM/SOFTWARE/Contoso: { Mode: 1 }
      |   ^^^^^^^^^^^^^^^^^^^^^ a registry key must use backslashes, not slashes
      |
    help: write `HKLM\SOFTWARE\Contoso`
      |
    4 -   HKLM/SOFTWARE/Contoso: { Mode: 1 }
    4 +   HKLM\SOFTWARE\Contoso: { Mode: 1 }
      |

    error[SP0301]: this is not a registry key
     --> policies/policy.yaml:5:3
      |
    5 |   HKXX\Contoso: { Mode: 1 }
      |   ^^^^^^^^^^^^ a registry key must begin with HKLM, HKCU, HKCR, HKU or HKCC and a backslash

    error[SP0301]: this is not a registry key
     --> policies/policy.yaml:6:3
      |
    6 |   HKLM: { Mode: 1 }
      |   ^^^^ a registry key must begin with HKLM, HKCU, HKCR, HKU or HKCC and a backslash

    error[SP0301]: this is not a registry key
     --> policies/policy.yaml:7:3
      |
    7 |   HKLM\SOFTWARE\\Contoso\: { Mode: 1 }
      |   ^^^^^^^^^^^^^^^^^^^^^^^ the key has an empty part (two backslashes in a row, or one at the end)

    5 errors (SP0301), 0 warnings in 1 policy
    exit code 1
    ");
}

#[test]
fn registry_data_must_have_a_registry_type() {
    let said = check_briefly(
        r#"
        name: Data
        registry:
          HKLM\SOFTWARE\Contoso:
            Float: 1.5
            Large: 4294967296
            Negative: -1
            Bool: true
            Two: { sz: a, dword: 1 }
            None: {}
            Kind: { word: 1 }
            Hex: { binary: 01 f }
            Number: { binary: 1 }
            Letters: { binary: xyz0 }
            Dword: { dword: "0x1ffffffff" }
            Qword: { qword: much }
            Text: { expand_sz: 7 }
            List: { multi_sz: one }
            Empty: [a, ""]
            Mixed: [a, 1]
            "Line\nbreak": 1
            Nul: "a\0b"
        "#,
    );
    assert_snapshot!(said, @r#"
    policy.yaml:4:12 error[SP0302] `Float` cannot hold this: registry numbers are whole numbers
    policy.yaml:5:12 error[SP0302] `Large` cannot hold this: 4294967296 is more than 4294967295; for a larger number, write `{ qword: … }`
    policy.yaml:6:15 error[SP0302] `Negative` cannot hold this: -1 is less than 0; registry numbers cannot be negative
    policy.yaml:7:11 error[SP0302] `Bool` cannot hold this: true and false are not registry data (write `1`)
    policy.yaml:8:10 error[SP0302] `Two` cannot hold this: expected exactly one type, such as `{ expand_sz: "%SystemRoot%" }`
    policy.yaml:9:11 error[SP0302] `None` cannot hold this: expected exactly one type, such as `{ expand_sz: "%SystemRoot%" }`
    policy.yaml:10:11 error[SP0302] `Kind` cannot hold this: `word` is not a registry type; use one of: sz, expand_sz, multi_sz, dword, dword_big_endian, qword, binary, none
    policy.yaml:11:10 error[SP0302] `Hex` cannot hold this: expected pairs of hexadecimal digits, such as "01 ff"
    policy.yaml:12:13 error[SP0302] `Number` cannot hold this: expected hexadecimal digits in quotes, such as "01 ff", not a whole number
    policy.yaml:13:14 error[SP0302] `Letters` cannot hold this: expected pairs of hexadecimal digits, such as "01 ff"
    policy.yaml:14:12 error[SP0302] `Dword` cannot hold this: this is not a number from 0 to 4294967295
    policy.yaml:15:12 error[SP0302] `Qword` cannot hold this: this is not a number from 0 to 18446744073709551615
    policy.yaml:16:11 error[SP0302] `Text` cannot hold this: `expand_sz` takes text, not a whole number
    policy.yaml:17:11 error[SP0302] `List` cannot hold this: `multi_sz` takes a list of strings, not text
    policy.yaml:18:12 error[SP0302] `Empty` cannot hold this: REG_MULTI_SZ cannot contain an empty string, because that ends the list
    policy.yaml:19:12 error[SP0302] `Mixed` cannot hold this: REG_MULTI_SZ contains strings, not a whole number: put it in quotes
    policy.yaml:20:5 error[SP0301] this is not a valid name of a registry value: the name of a value can have up to 16,383 characters and no control characters
    policy.yaml:21:10 error[SP0302] `Nul` cannot hold this: registry text cannot contain a NUL character
    exit code 1
    "#);
}

#[test]
fn registry_names_are_not_case_sensitive() {
    let said = check(
        r"
        name: Case
        registry:
          HKLM\SOFTWARE\Contoso: { Mode: 1, MODE: 2 }
          hklm\software\contoso: { mode: 3 }
          HKLM\SOFTWARE\Old:
          HKEY_LOCAL_MACHINE\SOFTWARE\OLD:
        ",
    );
    assert_snapshot!(said, @r"
    error[SP0205]: this registry value is written twice
     --> policies/policy.yaml:3:43
      |
    3 |   HKLM\SOFTWARE\Contoso: { Mode: 1, MODE: 2 }
      |                                  -        ^ written again here
      |                                  |
      |                                  first written here
      |
      = note: the names of registry keys and values are not case-sensitive

    error[SP0205]: this registry value is written twice
     --> policies/policy.yaml:4:34
      |
    3 |   HKLM\SOFTWARE\Contoso: { Mode: 1, MODE: 2 }
      |                                  - first written here
    4 |   hklm\software\contoso: { mode: 3 }
      |                                  ^ written again here
      |
      = note: the names of registry keys and values are not case-sensitive

    error[SP0205]: this registry key is written twice
     --> policies/policy.yaml:6:3
      |
    5 |   HKLM\SOFTWARE\Old:
      |   ----------------- first written here
    6 |   HKEY_LOCAL_MACHINE\SOFTWARE\OLD:
      |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ written again here
      |
      = note: the names of registry keys and values are not case-sensitive

    3 errors (SP0205), 0 warnings in 1 policy
    exit code 1
    ");
}

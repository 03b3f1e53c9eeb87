//! The registry and exports: `registry:` blocks, .reg files, and exported files.

use super::about::About;

pub(super) static INVALID_REGISTRY_NAME: About = About {
    number: "SP0301",
    title: "This is not a registry key or value name",
    explanation: "A key begins with its root, such as `HKLM` or `HKEY_LOCAL_MACHINE`, has backslashes between its \
                  parts, and has no empty parts. A value's name has at most 16,383 characters and no control \
                  characters. The label says what is wrong.",
    example: Some(
        "\
registry:
  HKLM/SOFTWARE/Contoso: { Enabled: 1 }       # HKLM\\SOFTWARE\\Contoso
",
    ),
};

pub(super) static INVALID_REGISTRY_DATA: About = About {
    number: "SP0302",
    title: "The registry cannot hold this data",
    explanation: "A whole number is a DWORD, text is REG_SZ, a list is REG_MULTI_SZ, and null deletes the value. \
                  Every other type is written by its name. The label says what is wrong with the data.",
    example: Some(
        "\
registry:
  HKLM\\SOFTWARE\\Contoso:
    Enabled: true                             # 1
    Size: 99999999999                         # { qword: 99999999999 }
",
    ),
};

pub(super) static NOT_EXPORTABLE: About = About {
    number: "SP0303",
    title: "The file format cannot express this",
    explanation: "The setting has no exact equivalent in the format that is exported, so the file would not do what \
                  the policy does. State the registry value with `registry:` in the setting's long form, or leave the \
                  setting out of the file with `--skip-unsupported`.",
    example: None,
};

pub(super) static CONTRADICTION: About = About {
    number: "SP0304",
    title: "Two exported policies contradict each other",
    explanation: "An exported file can hold one value for each registry value, and the policies that are exported \
                  together set it to two different values. Export the policies separately, or make the values equal.",
    example: None,
};

pub(super) static UNREADABLE_REG_FILE: About = About {
    number: "SP0305",
    title: "The .reg file cannot be read",
    explanation: "The file does not have the form that Windows' registry editor writes and reads. The label says where \
                  it breaks. Export it again with the registry editor, or correct the line.",
    example: None,
};

pub(super) static AMBIGUOUS_ENCODING: About = About {
    number: "SP0306",
    title: "Windows may read the .reg file differently",
    explanation: "The file has non-ASCII characters in UTF-8 without a byte order mark. Some Windows versions read \
                  such a file in their own code page, so the characters change. Save the file as UTF-16LE with a byte \
                  order mark, as the registry editor does.",
    example: None,
};

pub(super) static SECRET_IN_EXPORT: About = About {
    number: "SP0307",
    title: "A secret would be exported as plain text",
    explanation: "A policy that is exported holds a secret, and an exported file would show it to everyone who can \
                  read the file. Remove that setting from what is exported. Only Intune receives secrets.",
    example: Some(
        "\
registry:
  HKLM\\SOFTWARE\\Contoso: { Token: \"${env:CONTOSO_TOKEN}\" }
",
    ),
};

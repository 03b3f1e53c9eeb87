//! The tenant and the plan: why a policy cannot be applied, or what it would change.

use super::about::About;

pub(super) static NOT_IN_TENANT: About = About {
    number: "SP0501",
    title: "The tenant does not have this group, filter or scope tag",
    explanation: "Names must match exactly, and an ID must exist in the tenant. Correct the name or ID, or create the \
                  group, filter or scope tag first. Also check that the account may read it.",
    example: Some(
        "\
assignments:
  include: [ { group: SSPR Pilto } ]
",
    ),
};

pub(super) static AMBIGUOUS_NAME: About = About {
    number: "SP0502",
    title: "Several groups, filters or scope tags have this name",
    explanation: "The name alone does not say which one is meant. Add the ID of the right one; the message lists the \
                  candidates.",
    example: Some(
        "\
assignments:
  include: [ { group: Pilot, id: 3f2a8c1e-9b7d-4e5f-8a6b-1c2d3e4f5a6b } ]
",
    ),
};

pub(super) static NAME_MISMATCH: About = About {
    number: "SP0503",
    title: "The name and the ID do not belong together",
    explanation: "The policy gives both a name and an ID, and the object with this ID has another name in the tenant. \
                  It may have been renamed, or the ID is wrong. Correct the one that is wrong.",
    example: None,
};

pub(super) static DUPLICATE_PROFILE: About = About {
    number: "SP0504",
    title: "Several profiles in the tenant have the same key",
    explanation: "The key identifies a policy's profile, so only one profile may have it. Usually someone used \
                  \"Duplicate\" in the portal, which copies the marker. Nothing is changed for this key until only one \
                  is left. Run `sspr-policy disown ID` for the copy, or delete it.",
    example: None,
};

pub(super) static CANNOT_ADOPT: About = About {
    number: "SP0505",
    title: "The profile cannot be taken over",
    explanation: "`adopt:` names a profile that does not exist in the tenant, is not a custom profile, or is managed \
                  already. The label says which. Correct the ID, or remove the line to have a new profile created.",
    example: Some(
        "\
adopt: { production: 3f2a8c1e-9b7d-4e5f-8a6b-1c2d3e4f5a6b }
",
    ),
};

pub(super) static UNSENT_POLICY_HAS_PROFILE: About = About {
    number: "SP0506",
    title: "A policy that is not sent still has a profile",
    explanation: "The policy is a draft, or only has registry values, so it is not sent to Intune. But an earlier \
                  version was, and its profile still exists. To delete the profile, write `state: retired` and apply. \
                  To keep it, make the policy active again with its settings.",
    example: Some(
        "\
state: draft              # it was active before
",
    ),
};

pub(super) static MISSING_MOVED_FROM: About = About {
    number: "SP0507",
    title: "A policy seems to have moved without `moved_from:`",
    explanation: "A new policy has the same name or the same settings as a managed profile whose policy file no longer \
                  exists. Creating it would assign everything twice. If the file was moved or its key changed, write \
                  `moved_from:` with the old key.",
    example: Some(
        "\
moved_from: [ sspr/old-name ]
",
    ),
};

pub(super) static UNCLEAR_OWNERSHIP: About = About {
    number: "SP0508",
    title: "It is not clear which policy owns a profile",
    explanation: "Two policies claim one profile, a former key in `moved_from:` is still in use, or several profiles \
                  have it. Nothing is changed for this policy. Let exactly one policy claim the profile.",
    example: None,
};

pub(super) static LIMIT_EXCEEDED: About = About {
    number: "SP0509",
    title: "The plan exceeds a limit",
    explanation: "`limits:` of the environment stops a plan that changes more than expected. Read the plan again. If \
                  it is right, save it with `plan --override-limits --out FILE` and have that file approved, or raise \
                  the limit.",
    example: Some(
        "\
limits: { max_changes: 50, max_deletes: 5, allow_all_targets: false }
",
    ),
};

pub(super) static LAST_VALUES_STAY: About = About {
    number: "SP0510",
    title: "Devices keep the values of a deleted profile",
    explanation: "The plan deletes a profile. Windows keeps the profile's last values on devices, and at least one of \
                  them differs from the Windows default. To undo a feature, first set the safe value, apply, wait \
                  until devices have it, and then retire the policy.",
    example: None,
};

pub(super) static SETTINGS_SWAPPED: About = About {
    number: "SP0511",
    title: "Two policies swap settings",
    explanation: "Each of two policies gets a setting from the other, so no order of the two changes keeps every \
                  setting assigned at all times. Devices may have neither value for a moment. To avoid this, move one \
                  setting, apply, and then move the other.",
    example: None,
};

pub(super) static WAITS_FOR_OTHER_POLICY: About = About {
    number: "SP0512",
    title: "A change waits for another policy",
    explanation: "A setting moves from one policy to another, and the change to the policy that gets it is blocked or \
                  not selected. Removing it first would leave devices without it. Fix what blocks the other policy, or \
                  select both with `--only`.",
    example: None,
};

pub(super) static UNREADABLE_PROFILE: About = About {
    number: "SP0515",
    title: "A profile has data that this version cannot read",
    explanation: "A custom profile in the tenant has content that this program does not understand, so it is not \
                  compared and not changed. Open the profile in the portal and save it again; if that does not help, \
                  report it with the reason that is shown.",
    example: None,
};

pub(super) static NOT_COMPARED: About = About {
    number: "SP0516",
    title: "Some settings catalog policies were not compared",
    explanation: "Other policies of the tenant could not be read, so conflicts with them cannot be seen in this plan. \
                  The message gives the reason. Plan again, or grant the permission that it names.",
    example: None,
};

pub(super) static NAME_TAKEN: About = About {
    number: "SP0517",
    title: "An unmanaged profile already has this name",
    explanation: "The tenant has a profile with the policy's name that is not managed here. Creating a second one \
                  would confuse people, and may set everything twice. To manage the existing profile, take it over \
                  with `adopt:`; otherwise choose another name, or accept both with `waive:` and this code as \
                  its `rule:`.",
    example: Some(
        "\
adopt: { production: 3f2a8c1e-9b7d-4e5f-8a6b-1c2d3e4f5a6b }
",
    ),
};

pub(super) static RETIRE_UNMANAGED: About = About {
    number: "SP0518",
    title: "A profile that is not managed cannot be retired",
    explanation: "Only profiles that this program manages are deleted. The policy is retired and names, with `adopt:`, \
                  a profile that was never taken over. Write `state: active` and apply to take it over, and retire it \
                  then; or delete the profile in the portal.",
    example: Some(
        "\
state: retired
adopt: { production: 3f2a8c1e-9b7d-4e5f-8a6b-1c2d3e4f5a6b }
",
    ),
};

pub(super) static LIMIT_NOT_CHECKED: About = About {
    number: "SP0519",
    title: "The limit on devices cannot be checked",
    explanation: "`limits: max_devices:` is set, and the number of devices that the plan changes could not be \
                  determined. A limit that cannot be checked stops the plan. Grant the permission that the message \
                  names, or remove the limit.",
    example: None,
};

pub(super) static DEVICES_OF_USERS_NOT_COUNTED: About = About {
    number: "SP0520",
    title: "The limit on devices does not count users' devices",
    explanation: "The plan changes a profile that is assigned to users. Microsoft Graph does not report how many \
                  devices they have, so `limits: max_devices:` only counts devices that are assigned directly. Check \
                  such changes yourself.",
    example: None,
};

pub(super) static NEWER_MARKER: About = About {
    number: "SP0521",
    title: "A newer version of sspr-policy manages this profile",
    explanation: "The marker in the profile's description has a form that this version cannot read, so it cannot tell \
                  what was last applied. Nothing is changed for this key. Install the version that your pipelines and \
                  the rest of your team use.",
    example: None,
};

pub(super) static ADDRESS_KEPT: About = About {
    number: "SP0525",
    title: "A setting keeps another spelling of its OMA-URI",
    explanation: "`oma_uri:` keeps the OMA-URI of an adopted profile exactly as it is in Intune, so that adopting it \
                  changes nothing. This spelling is not the catalogue's, and devices may not accept it. To send the \
                  catalogue's spelling, remove `oma_uri:` and apply.",
    example: Some(
        "\
settings:
  Autoplay/DisallowAutoplayForNonVolumeDevices:
    value: enabled
    oma_uri: ./Device/Vendor/MSFT/Policy/Config/AutoPlay/DisallowAutoplayForNonVolumeDevices
",
    ),
};

pub(super) static OTHER_ADDRESS: About = About {
    number: "SP0526",
    title: "The OMA-URI is not a spelling of this setting",
    explanation: "`oma_uri:` can only be another spelling of the setting that the name stands for: another letter \
                  case, `./Vendor/…` instead of `./Device/Vendor/…`, backslashes, extra spaces, or `{TenantId}` itself. \
                  Correct it, or write the setting that it names as a setting of its own.",
    example: Some(
        "\
settings:
  Autoplay/DisallowAutoplayForNonVolumeDevices:
    value: enabled
    oma_uri: ./Device/Vendor/MSFT/Policy/Config/Camera/AllowCamera
",
    ),
};

pub(super) static SET_BY_UNMANAGED: About = About {
    number: "SP0527",
    title: "An unmanaged profile already sets everything that a new policy sets",
    explanation: "The tenant has a profile without a marker that sets all settings of the policy to the same values, and \
                  it may reach the same devices. Perhaps it is the policy's own profile, and someone removed the marker \
                  from its description. Creating a second one would set everything twice. To manage the existing \
                  profile, take it over with `adopt:`. To keep both, accept the problem with `waive:`.",
    example: Some(
        "\
waive:
  - { rule: SP0527, reason: \"the other profile is for kiosks\", until: 2027-03-31 }
",
    ),
};

pub(super) static LIST_FILTERED: About = About {
    number: "SP0528",
    title: "Intune shows only some of the profiles",
    explanation: "The Intune role of the person who signed in is limited to scope tags. Intune then leaves out all other \
                  profiles, without an error, so the plan can only compare what is shown. Plan with an application, with \
                  an Intune administrator, or with a role assignment without scope tags.",
    example: None,
};

pub(super) static CREATE_ON_FILTERED_LIST: About = About {
    number: "SP0529",
    title: "No profile is created while Intune shows only some of the profiles",
    explanation: "The policy has no profile among those that Intune shows, but it may have one that is not shown. \
                  Creating another one would set everything twice, so nothing is done for this key. Plan with an \
                  identity that sees all profiles.",
    example: None,
};

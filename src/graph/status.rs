//! Statuses after which a request may succeed later.

/// The server throttled the request, so it was not carried out (RFC 6585).
pub(super) const THROTTLED: u16 = 429;

/// Whether a request that was refused with this status may succeed later. A request that the server does not implement
/// (501) will not.
pub(super) fn may_pass(status: u16) -> bool {
    matches!(status, 408 | 423 | THROTTLED) || status >= 500 && status != 501
}

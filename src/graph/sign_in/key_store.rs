//! Keeps refresh tokens in the operating system's key store, if it does not need a separate service: the Credential
//! Manager of Windows and the Keychain of macOS. Nothing is ever written to a file.

/// The service name of the entries.
const SERVICE: &str = "sspr-policy";
/// Windows stores at most 2,560 bytes in an entry (CRED_MAX_CREDENTIAL_BLOB_SIZE); a longer token is not kept.
const LONGEST: usize = 2560;

/// The name of this system's key store; `None` if refresh tokens are only kept until the program ends.
pub fn key_store_name() -> Option<&'static str> {
    if cfg!(windows) {
        Some("Credential Manager")
    } else if cfg!(target_os = "macos") {
        Some("Keychain")
    } else {
        None
    }
}

/// Reads the refresh token of an account.
pub(super) fn read(account: &str) -> Option<String> {
    let bytes = entry(account)?.get_secret().map_err(|error| log_failure("read", &error)).ok()?;
    String::from_utf8(bytes).ok()
}

/// Keeps the refresh token of an account. If that fails, the person has to sign in again next time.
pub(super) fn keep(account: &str, refresh_token: &str) {
    if refresh_token.len() > LONGEST {
        tracing::info!("the refresh token is too long for the key store, so it is not kept");
        return;
    }
    if let Some(entry) = entry(account)
        && let Err(error) = entry.set_secret(refresh_token.as_bytes())
    {
        log_failure("keep", &error);
    }
}

/// Forgets the refresh token of an account.
pub(super) fn forget(account: &str) {
    if let Some(entry) = entry(account)
        && let Err(error) = entry.delete_credential()
    {
        log_failure("forget", &error);
    }
}

/// Logs only the reason, because some errors of the store contain the secret.
fn log_failure(what: &str, error: &keyring_core::Error) {
    use keyring_core::Error;
    let reason = match error {
        Error::NoEntry => return,
        Error::PlatformFailure(reason) | Error::NoStorageAccess(reason) => reason.to_string(),
        _ => "the entry cannot be used".into(),
    };
    tracing::info!(what, reason, "the key store failed");
}

fn entry(account: &str) -> Option<keyring_core::Entry> {
    if keyring_core::get_default_store().is_none() {
        open_store();
    }
    keyring_core::Entry::new(SERVICE, account).ok()
}

#[cfg(windows)]
fn open_store() {
    match windows_native_keyring_store::Store::new() {
        Ok(store) => keyring_core::set_default_store(store),
        Err(error) => log_failure("open", &error),
    }
}

#[cfg(target_os = "macos")]
fn open_store() {
    match apple_native_keyring_store::keychain::Store::new() {
        Ok(store) => keyring_core::set_default_store(store),
        Err(error) => log_failure("open", &error),
    }
}

#[cfg(not(any(windows, target_os = "macos")))]
fn open_store() {}

//! Finds the node of a settings catalog ID.

use std::collections::HashMap;

use super::{Catalogue, CspNode, below_scope, node};
use crate::setting::{OmaUri, Scope};

impl Catalogue {
    /// The node that a settings catalog ID names, with its address in the ID's scope. The ID is the address in lower
    /// case with underscores, such as `device_vendor_msft_policy_config_authentication_allowaadpasswordreset`. Without
    /// a scope it means the device, like `./Vendor/…`. `None` if the ID does not name a node, or could name two.
    pub fn node_of_definition(&self, id: &str) -> Option<(OmaUri, &CspNode)> {
        let (scope, rest) = match (id.strip_prefix("device_"), id.strip_prefix("user_")) {
            (Some(rest), _) => (Scope::Device, rest),
            (_, Some(rest)) => (Scope::User, rest),
            _ => (Scope::Device, id),
        };
        let nodes = self.definitions().get(rest)?.iter().filter_map(|at| self.nodes.get(*at));
        let mut nodes = nodes.filter(|node| node.scope.has(scope));
        match (nodes.next(), nodes.next()) {
            (Some(node), None) => Some((node.address(scope), node)),
            _ => None,
        }
    }

    /// Uses addresses only. Addresses with placeholders are left out: the settings catalog does not say what replaces
    /// them.
    fn definitions(&self) -> &HashMap<String, Vec<usize>> {
        self.by_definition.get_or_init(|| {
            let mut index: HashMap<String, Vec<usize>> = HashMap::new();
            for at in 0..self.nodes.len() {
                let uri = self.nodes.name(at);
                if !uri.split('/').any(node::is_placeholder) {
                    let id = below_scope(uri).trim_start_matches("./").replace('/', "_").to_lowercase();
                    index.entry(id).or_default().push(at);
                }
            }
            index
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::catalogue_id;

    fn address(id: &str) -> Option<String> {
        Catalogue::embedded().node_of_definition(id).map(|(uri, _)| uri.to_string())
    }

    #[test]
    fn an_id_is_a_nodes_address() {
        let reset = "./Device/Vendor/MSFT/Policy/Config/Authentication/AllowAadPasswordReset";
        assert_eq!(
            address("device_vendor_msft_policy_config_authentication_allowaadpasswordreset").as_deref(),
            Some(reset)
        );
        assert_eq!(
            address("vendor_msft_sharedpc_kioskmodeaumid").as_deref(),
            Some("./Device/Vendor/MSFT/SharedPC/KioskModeAUMID")
        );
        assert_eq!(
            address("user_vendor_msft_policy_config_experience_allowwindowsspotlight").as_deref(),
            Some("./User/Vendor/MSFT/Policy/Config/Experience/AllowWindowsSpotlight")
        );
    }

    #[test]
    fn other_ids_are_not_nodes() {
        for id in [
            "",
            "device_",
            // The other scope, a choice, something below a node, and a placeholder.
            "user_vendor_msft_policy_config_authentication_allowaadpasswordreset",
            "device_vendor_msft_policy_config_authentication_allowaadpasswordreset_1",
            "device_vendor_msft_bitlocker_encryptionmethodbydrivetype_encryptionmethodwithxtsosdropdown_name",
            "device_vendor_msft_passportforwork_{tenantid}_policies_enablepinrecovery",
            "linux_mdatp_managed_antivirusengine_enforcementlevel",
        ] {
            assert_eq!(address(id), None, "{id}");
        }
    }

    #[test]
    fn every_node_is_found_by_its_id_unless_it_is_shared() {
        let table = Catalogue::embedded();
        let settled = table.nodes().filter(|node| !node.uri.contains('{') && !node.uri.contains('*'));
        for node in settled {
            let uri = node.address(node.first_scope());
            if let Some((found, _)) = table.node_of_definition(&catalogue_id(&uri)) {
                assert_eq!(found, uri);
            }
        }
    }
}

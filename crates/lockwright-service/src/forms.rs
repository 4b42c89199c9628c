//! Form tokens: each form carries one that is bound to the browser or session it was made for, so that no other site can send it.

use lockwright_authn::codes;

use crate::Lockwright;

impl Lockwright {
    /// The token of forms made for a session's or browser's token: hexadecimal HMAC-SHA-256 under the installation's key.
    pub fn form_token(&self, bound_to: &str) -> String {
        const DIGITS: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
        let tag = codes::bind(&self.config().sealing_key, "form", &[bound_to.as_bytes()]);
        let digits = tag.iter().flat_map(|byte| [byte >> 4, byte & 15]);
        digits.filter_map(|digit| DIGITS.get(usize::from(digit))).collect()
    }

    /// Whether a form was made for this session or browser; compared in constant time (E19).
    pub fn check_form_token(&self, bound_to: &str, given: &str) -> bool {
        codes::same(self.form_token(bound_to).as_bytes(), given.as_bytes())
    }
}

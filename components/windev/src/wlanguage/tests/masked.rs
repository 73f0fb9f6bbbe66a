//! Secrets stay inside.

use super::declared;
use crate::position::Code;
use crate::wlanguage::{Globals, REDACTED, initialization_blocks, mask_code};

fn masked(code: &str) -> String {
    mask_code(&Code::from_text(code))
}

#[test]
fn literals_and_comments_are_masked() {
    assert_eq!(
        masked("a = \"x\" + \"\" // y\n\n\n\tb = [\nz\n] + <§$0001§> /* w */\n\n"),
        "a = \"…\" + \"\"\n\tb = \"…\" + \"…\""
    );
    assert_eq!(masked("a; b ; c"), "a; b; c");
    assert_eq!(masked("a = 1 + ... // x\n\t2"), "a = 1 + ...\n\t2");
    assert_eq!(
        masked("<COMPILE IF x=\"y\">\na\n<END>"),
        "<COMPILE IF x=\"…\">\na\n<END>"
    );
}

#[test]
fn the_value_of_a_credential_is_redacted_wherever_it_stands() {
    for (code, expected) in [
        ("x..Password = 123", "x..Password = [REDACTED:password]"),
        (
            "conn.MotDePasse = \"x\"",
            "conn.MotDePasse = [REDACTED:password]",
        ),
        ("nPin <- 0x1F", "nPin <- [REDACTED:password]"),
        ("sPin = 4711", "sPin = [REDACTED:password]"),
        ("sPin = \"4711\"", "sPin = [REDACTED:password]"),
        (
            "HPass(Customer, 1234)",
            "HPass(Customer, [REDACTED:password])",
        ),
        (
            "HPasse(Client, \"x\")",
            "HPasse(Client, [REDACTED:password])",
        ),
        (
            "HOpenConnection(c, 1, 2)",
            "HOpenConnection(c, [REDACTED:password], [REDACTED:password])",
        ),
        (
            "SQLConnecte(\"srv\", \"u\", \"p\", \"db\", \"MySQL\")",
            "SQLConnecte(\"…\", [REDACTED:password], [REDACTED:password], \"…\", \"…\")",
        ),
        (
            "IF 1234 = sSenha THEN n = 5",
            "IF [REDACTED:password] = sSenha THEN n = 5",
        ),
        (
            "IF sUser = \"u\" _AND_ sSenha = \"x\"",
            "IF sUser = \"…\" _AND_ sSenha = [REDACTED:password]",
        ),
        (
            "IniRead(s, \"ADMIN_PASSWORD\", 12)",
            "IniRead(s, \"…\", [REDACTED:password])",
        ),
        (
            "sMDP = INILit(\"DB\", \"x\", \"y\", \"c:\\z.ini\")",
            "sMDP = INILit(\"…\", \"…\", [REDACTED:password], \"…\")",
        ),
        (
            "s = ChargeParamètre(\"mdp\", \"x\")",
            "s = ChargeParamètre(\"…\", [REDACTED:password])",
        ),
        (
            "r.Header[\"Authorization\"] = \"Basic x\"",
            "r.Header[\"…\"] = [REDACTED:password]",
        ),
        (
            "sToken = Decode(\"x\", \"c:\\y\") + \"z\"",
            "sToken = Decode([REDACTED:password], \"…\") + [REDACTED:password]",
        ),
        (
            "b = CheckPassword(sUser, \"x\")",
            "b = CheckPassword(sUser, [REDACTED:password])",
        ),
        (
            "SetOption(\"file\", \"api_key\", \"x\")",
            "SetOption(\"…\", \"…\", [REDACTED:password])",
        ),
        (
            "SWITCH sMDP\nCASE 1: a(2)\nCASE \"x\", \"y\"\nEND\nb(3)",
            "SWITCH sMDP\nCASE [REDACTED:password]: a(2)\nCASE [REDACTED:password], [REDACTED:password]\nEND\nb(3)",
        ),
        ("conn.Port = 4900", "conn.Port = 4900"),
    ] {
        assert_eq!(masked(code), expected);
    }
}

#[test]
fn what_is_no_value_of_a_credential_is_no_more_than_a_text() {
    for code in [
        "HOpen(\"*\", gsMotDePasse)",
        "HPass(\"*\", gsMotDePasse)",
        "HOuvreConnexion(cn, ChargeParamètre(\"User\"), ChargeParamètre(\"Password\"), ChargeParamètre(\"Server\"))",
        "gsMotDePasse = INIRead(\"DB\", \"Password\", \"\", \"c:\\x.ini\")",
        "LoginMotdepass = \"\"",
        "IF sPassword <> \"\" THEN s = \"a\"",
        "CONSTANT PARAM_PWD = \"PWD\"",
        "CONSTANT CONST_API_KEY = \"API_KEY\"",
        "CONSTANT KEY_DATABASE_Password = \"DATABASE_Password\"",
        "sURL = \"https://x?token=\" + gsToken",
        "sPassword..Length = \"a\"",
        "IF Length(sPassword) < 8 THEN Error(\"The password is too short\", 5)",
        "nSECURITEEXPORT_MOTPASSE = 3",
    ] {
        let found = masked(code);
        assert!(!found.contains(REDACTED), "{found}");
    }
}

#[test]
fn a_number_near_a_credential_is_only_shown_when_it_is_too_short_to_be_one() {
    for code in [
        "sPassword = f(4711)",
        "HOpenConnection(\"a\", sUser, sPassword, \"b\", 4711)",
        "SetPassword(4711, sUser)",
        "sPassword = sUser; nPin, n is int = (4711, 4711)",
        "SWITCH sPassword\nCASE \"a\": n = 4711\nEND",
        "IF sPassword = \"a\" _AND_ n = 4711",
    ] {
        assert!(!masked(code).contains("4711"), "{code}");
    }
}

#[test]
fn values_of_credentials_are_redacted() {
    for code in [
        "gsPassword is string = \"x\"",
        "SENHA is int = 1234",
        "CONSTANT PIN = 1234",
        "CONSTANT\nAPI_KEY = \"x\"\nEND",
        "soit sMotDePasse = \"x\"",
        "cléSecrète est une chaîne = [\nx\n]",
        "sTokenAccès est une chaîne = <§$0001§>",
        "gsmdp is string = 'x'",
    ] {
        let found = declared(code);
        let value = found
            .variables
            .first()
            .map(|variable| variable.default_value.clone())
            .or(found
                .constants
                .first()
                .map(|constant| constant.value.clone()));
        assert_eq!(value, Some(Some(REDACTED.to_owned())), "{code}");
    }
    let sized = &declared("sPassword is string on 20").variables[0];
    assert_eq!(sized.declared_type, "string on 20");
    let built = &declared("sPassword is Secret(1234, \"x\")").variables[0];
    assert_eq!(
        built.declared_type,
        "Secret([REDACTED:password], [REDACTED:password])"
    );
    assert_eq!(built.normalized_type, "Secret");
}

#[test]
fn literals_in_odd_quotes_and_unclosed_ones_are_masked() {
    for code in [
        "f('PLANTED')",
        "f(“PLANTED”)",
        "a = \"x\" PLANTED \"y",
        "a = 'PLANTED",
        "f(' \"PLANTED\"",
    ] {
        assert!(!masked(code).contains("PLANTED"), "{code}");
    }
}

#[test]
fn blocks_are_masked_too() {
    let blocks = initialization_blocks(
        &Code::from_text("f(\"xyz\") // y\nc..Password = 7"),
        &Globals::default(),
    );
    assert_eq!(
        blocks[0].code,
        "f(\"…\")\nc..Password = [REDACTED:password]"
    );
}

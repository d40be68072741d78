<?php
$config = [
    'app' => [
        'saml:SP',
        'entityID' => 'https://app.example.test:' . getenv('PORT') . '/simplesaml/module.php/saml/sp/metadata.php/app',
        // One IdP, so that nobody is asked which.
        'idp' => (string) simplexml_load_file('/idp-metadata.xml')['entityID'],
        'NameIDPolicy' => ['Format' => 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress', 'AllowCreate' => true],
        // Where somebody goes who began at the IdP; what else a RelayState says is not followed.
        'RelayState' => 'https://app.example.test:' . getenv('PORT') . '/me',
    ],
];

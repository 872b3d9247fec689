// Written by `npm run schema` from docs/reference/openapi.json. Do not change by hand.

export interface paths {
    "/api/admin/aliases": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Aliases
         * @description Aliases, those of archived models too, by name unless sorted otherwise.
         */
        get: operations["list_aliases_api_admin_aliases_get"];
        put?: never;
        /**
         * Create Alias
         * @description Gives a model another name, in force for the next call. 409 `name_taken` when a model or an alias has it.
         */
        post: operations["create_alias_api_admin_aliases_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/aliases/{alias_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Alias
         * @description One alias.
         */
        get: operations["get_alias_api_admin_aliases__alias_id__get"];
        put?: never;
        post?: never;
        /**
         * Delete Alias
         * @description Takes the name away, for the next call. The model stays.
         */
        delete: operations["delete_alias_api_admin_aliases__alias_id__delete"];
        options?: never;
        head?: never;
        /**
         * Move Alias
         * @description Makes an alias name another model, in force for the next call.
         */
        patch: operations["move_alias_api_admin_aliases__alias_id__patch"];
        trace?: never;
    };
    "/api/admin/allocations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Allocations
         * @description Allocations in the order they were granted, the newest first unless asked otherwise.
         */
        get: operations["list_allocations_api_admin_allocations_get"];
        put?: never;
        /**
         * Grant Allocation
         * @description Grants a model to a member. 409 while the two have an allocation that is not revoked.
         */
        post: operations["grant_allocation_api_admin_allocations_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/allocations/{allocation_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Allocation
         * @description One allocation with what is left, and with every limit that matches calls by it.
         */
        get: operations["get_allocation_api_admin_allocations__allocation_id__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Change Allocation
         * @description Changes the monthly limits, in force for the member's next call.
         */
        patch: operations["change_allocation_api_admin_allocations__allocation_id__patch"];
        trace?: never;
    };
    "/api/admin/allocations/{allocation_id}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Pause Allocation
         * @description Stops it until an administrator resumes it.
         */
        post: operations["pause_allocation_api_admin_allocations__allocation_id__pause_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/allocations/{allocation_id}/quarantine": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Quarantine Allocation
         * @description Stops it under suspicion; only a release by an administrator ends that.
         */
        post: operations["quarantine_allocation_api_admin_allocations__allocation_id__quarantine_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/allocations/{allocation_id}/release": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Release Allocation
         * @description Ends a quarantine; the allocation is active again.
         */
        post: operations["release_allocation_api_admin_allocations__allocation_id__release_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/allocations/{allocation_id}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Resume Allocation
         * @description Lets a paused one be used again, whoever paused it.
         */
        post: operations["resume_allocation_api_admin_allocations__allocation_id__resume_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/allocations/{allocation_id}/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Revoke Allocation
         * @description Takes it back for good.
         */
        post: operations["revoke_allocation_api_admin_allocations__allocation_id__revoke_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/allocations/{allocation_id}/unlock": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Unlock Allocation
         * @description Lets the member of a revoked one claim its model again. It is that allocation again then, with all it has used.
         */
        post: operations["unlock_allocation_api_admin_allocations__allocation_id__unlock_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/attention": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Attention
         * @description What needs somebody now.
         */
        get: operations["get_attention_api_admin_attention_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Events
         * @description Administrative writes, the newest first.
         */
        get: operations["list_events_api_admin_audit_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/audit/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Export Events
         * @description The trail as a file, the oldest first. A file that is cut off was not finished: its connection broke.
         */
        get: operations["export_events_api_admin_audit_export_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/audit/verification": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Verify Chain
         * @description Whether the newest 2,000 events are what was sealed, none of them missing. `ai-api audit verify` checks all of them.
         */
        get: operations["verify_chain_api_admin_audit_verification_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/call-records": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Call Records
         * @description Call records, the newest first unless asked otherwise.
         */
        get: operations["list_call_records_api_admin_call_records_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/call-records/{call_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Call Record
         * @description One call record, with what the client of a refused call was told.
         */
        get: operations["get_call_record_api_admin_call_records__call_id__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/call-records/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Export Call Records
         * @description Call records as a file, the oldest first, every column of the list's. Who exported what is in the audit trail.
         *
         *     A file that is cut off was not finished: its connection broke.
         */
        get: operations["export_call_records_api_admin_call_records_export_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/credentials": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Credentials
         * @description Credentials, the newest first unless asked otherwise.
         */
        get: operations["list_credentials_api_admin_credentials_get"];
        put?: never;
        /**
         * Issue Credential
         * @description Issues a credential and answers its secret, once.
         */
        post: operations["issue_credential_api_admin_credentials_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/credentials/{credential_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Credential
         * @description One credential, with what is left to it.
         */
        get: operations["get_credential_api_admin_credentials__credential_id__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Change Credential
         * @description Changes name, expiry, scope or source networks, in force for the next call. The secret stays the same.
         */
        patch: operations["change_credential_api_admin_credentials__credential_id__patch"];
        trace?: never;
    };
    "/api/admin/credentials/{credential_id}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Pause Credential
         * @description Stops it until an administrator resumes it.
         */
        post: operations["pause_credential_api_admin_credentials__credential_id__pause_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/credentials/{credential_id}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Resume Credential
         * @description Lets a paused one be used again, whoever paused it.
         */
        post: operations["resume_credential_api_admin_credentials__credential_id__resume_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/credentials/{credential_id}/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Revoke Credential
         * @description Stops it for good.
         */
        post: operations["revoke_credential_api_admin_credentials__credential_id__revoke_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/credentials/{credential_id}/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Rotate Credential
         * @description Answers a successor with a new secret, once; the old secret ends after the overlap.
         */
        post: operations["rotate_credential_api_admin_credentials__credential_id__rotate_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/explain": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Explain Access
         * @description Why a member can or cannot call a model, check by check, each with what would mend it. The answer is that of a call of
         *     one word that leaves the length of its answer open.
         */
        get: operations["explain_access_api_admin_explain_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/explain/models": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Explain Access To Models
         * @description The same about several models at once, for whoever shows them in a list: all are explained by the same state of
         *     the gateway. What a call with each of the member's credentials would be answered is left out; ask about one model for it.
         */
        get: operations["explain_access_to_models_api_admin_explain_models_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/limits": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Limits
         * @description Limits in the order they were set, the newest first unless asked otherwise; those of allocations' months too.
         */
        get: operations["list_limits_api_admin_limits_get"];
        put?: never;
        /**
         * Set Limit
         * @description Sets a limit, in force for the next call. 409 `limit_exists` when the subject has one that counts the same.
         */
        post: operations["set_limit_api_admin_limits_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/limits/{limit_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Limit
         * @description One limit with what is left.
         */
        get: operations["get_limit_api_admin_limits__limit_id__get"];
        put?: never;
        post?: never;
        /**
         * Remove Limit
         * @description Takes a limit away. The same limit set again knows what was used. With `dry_run`: who stands over it until then.
         */
        delete: operations["remove_limit_api_admin_limits__limit_id__delete"];
        options?: never;
        head?: never;
        /**
         * Change Limit
         * @description Changes the amount, or what happens when it is exceeded, in force for the next call; open calls go on.
         */
        patch: operations["change_limit_api_admin_limits__limit_id__patch"];
        trace?: never;
    };
    "/api/admin/members": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Members
         * @description Members, the newest first unless sorted otherwise.
         */
        get: operations["list_members_api_admin_members_get"];
        put?: never;
        /**
         * Create Member
         * @description Makes a member. Only owners make owners. Another role than `member` asks a session for a fresh proof.
         */
        post: operations["create_member_api_admin_members_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/members/{member_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Member
         * @description One member.
         */
        get: operations["get_member_api_admin_members__member_id__get"];
        put?: never;
        post?: never;
        /**
         * Delete Member
         * @description Deletes a member that nothing refers to; one that is in use is refused, and can be disabled.
         */
        delete: operations["delete_member_api_admin_members__member_id__delete"];
        options?: never;
        head?: never;
        /**
         * Change Member
         * @description Changes a member. Only owners change owners, the last active owner stays one, and nobody raises themself.
         *
         *     To give a `role` asks a session for a fresh proof.
         */
        patch: operations["change_member_api_admin_members__member_id__patch"];
        trace?: never;
    };
    "/api/admin/members/{member_id}/access-tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Access Tokens
         * @description A member's tokens, the newest first, expired and revoked ones too.
         */
        get: operations["list_access_tokens_api_admin_members__member_id__access_tokens_get"];
        put?: never;
        /**
         * Create Access Token
         * @description Makes a token of a service account. People make their own. Its secret is in this answer and nowhere else.
         */
        post: operations["create_access_token_api_admin_members__member_id__access_tokens_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/members/{member_id}/access-tokens/{token_id}/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Revoke Access Token
         * @description Ends a token of anybody's. Ending it again changes nothing. Those of owners are ended by owners.
         */
        post: operations["revoke_access_token_api_admin_members__member_id__access_tokens__token_id__revoke_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/members/{member_id}/disable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Disable Member
         * @description Disables a member: their credentials and access tokens stop within a second, their sessions and links are over for good.
         */
        post: operations["disable_member_api_admin_members__member_id__disable_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/members/{member_id}/enable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Enable Member
         * @description Makes a member active again.
         */
        post: operations["enable_member_api_admin_members__member_id__enable_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/members/{member_id}/identities": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Identities
         * @description What providers know a member as, the oldest first: one of each issuer, so that there is one page.
         */
        get: operations["list_identities_api_admin_members__member_id__identities_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/members/{member_id}/identities/{identity_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Remove Identity
         * @description Unbinds a member from a provider's account: the next account there that is called so is bound instead.
         */
        delete: operations["remove_identity_api_admin_members__member_id__identities__identity_id__delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/members/{member_id}/invitations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Invitations
         * @description A member's links of both kinds, the newest first, without their secrets.
         */
        get: operations["list_invitations_api_admin_members__member_id__invitations_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/members/{member_id}/invitations/{invitation_id}/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Revoke Invitation
         * @description Ends a link.
         */
        post: operations["revoke_invitation_api_admin_members__member_id__invitations__invitation_id__revoke_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/members/{member_id}/invite": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Invite Member
         * @description Makes an invitation, good for 7 days; an earlier one ends. It is mailed where mail is configured.
         */
        post: operations["invite_member_api_admin_members__member_id__invite_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/members/{member_id}/limits": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Limits Of Member
         * @description Every limit that matches calls of a member, with what is left.
         */
        get: operations["get_limits_of_member_api_admin_members__member_id__limits_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/members/{member_id}/reset": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Reset Password
         * @description Makes a link to choose another password by, good for an hour; an earlier one ends. It is mailed where there is mail.
         */
        post: operations["reset_password_api_admin_members__member_id__reset_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/members/{member_id}/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Sessions
         * @description A member's sessions that are not over, the newest first.
         */
        get: operations["list_sessions_api_admin_members__member_id__sessions_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/members/{member_id}/sessions/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Revoke Sessions
         * @description Signs a member out everywhere. Owners are signed out by owners.
         */
        post: operations["revoke_sessions_api_admin_members__member_id__sessions_revoke_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/members/bulk": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create Members
         * @description Makes a member of each line that can be one, up to 5,000. A line is done whole or not at all, whatever the others are.
         *
         *     Another role than `member`, and `invite`, ask a session for a fresh proof.
         */
        post: operations["create_members_api_admin_members_bulk_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/models": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Models
         * @description Models, archived ones too, by slug unless sorted otherwise.
         */
        get: operations["list_models_api_admin_models_get"];
        put?: never;
        /**
         * Publish Model
         * @description Publishes a model. It can be called once it has a route, and a price if money is limited.
         */
        post: operations["publish_model_api_admin_models_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/models/{model_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Model
         * @description One model, archived or not.
         */
        get: operations["get_model_api_admin_models__model_id__get"];
        put?: never;
        post?: never;
        /**
         * Delete Model
         * @description Deletes a model that nothing stands on; one with routes or allocations is refused, and can be archived.
         */
        delete: operations["delete_model_api_admin_models__model_id__delete"];
        options?: never;
        head?: never;
        /**
         * Change Model
         * @description Changes what a model says of itself.
         */
        patch: operations["change_model_api_admin_models__model_id__patch"];
        trace?: never;
    };
    "/api/admin/models/{model_id}/archive": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Archive Model
         * @description Takes a model out of the catalog: nobody sees or calls it any more, and nothing of it is lost.
         */
        post: operations["archive_model_api_admin_models__model_id__archive_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/models/{model_id}/audience": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Model Audience
         * @description For how many members a model is: who can see it, and who has it.
         */
        get: operations["get_model_audience_api_admin_models__model_id__audience_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/models/{model_id}/policy": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Set Policy
         * @description Replaces who may see a model; a deny wins. In force for the very next call.
         */
        put: operations["set_policy_api_admin_models__model_id__policy_put"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/models/{model_id}/registry-entry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Link Model
         * @description Has a model compared with an entry of the registry from now on. Nothing of the model changes.
         */
        put: operations["link_model_api_admin_models__model_id__registry_entry_put"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/models/{model_id}/suggestion": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Suggestion
         * @description What the installed registry says of an imported model, beside what was imported and what is set.
         */
        get: operations["get_suggestion_api_admin_models__model_id__suggestion_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/models/{model_id}/suggestion/apply": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Apply Suggestion
         * @description Stores what the registry says now, except in fields that were changed here. The price stays as it is.
         */
        post: operations["apply_suggestion_api_admin_models__model_id__suggestion_apply_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/models/{model_id}/suggestion/price": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Apply Price
         * @description Publishes the suggested price, in force from now on. What it leaves out has to be named: 409 `price_incomplete`.
         */
        post: operations["apply_price_api_admin_models__model_id__suggestion_price_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/models/{model_id}/unarchive": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Unarchive Model
         * @description Offers an archived model again.
         */
        post: operations["unarchive_model_api_admin_models__model_id__unarchive_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/models/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Import Model
         * @description Makes a model from one entry of the registry: visible to nobody, without route, and its price only suggested.
         */
        post: operations["import_model_api_admin_models_import_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/prices": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Prices
         * @description Price versions, the latest to begin first unless sorted otherwise.
         */
        get: operations["list_prices_api_admin_prices_get"];
        put?: never;
        /**
         * Publish Price
         * @description Publishes prices of a model, from now or a later moment on. The past stays as it was billed.
         */
        post: operations["publish_price_api_admin_prices_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/provider-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Provider Keys
         * @description Provider keys, by name unless sorted otherwise.
         */
        get: operations["list_provider_keys_api_admin_provider_keys_get"];
        put?: never;
        /**
         * Connect Provider Key
         * @description Connects a provider key, active at once. The secret is sealed and never shown again.
         */
        post: operations["connect_provider_key_api_admin_provider_keys_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/provider-keys/{provider_key_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Provider Key
         * @description One provider key.
         */
        get: operations["get_provider_key_api_admin_provider_keys__provider_key_id__get"];
        put?: never;
        post?: never;
        /**
         * Delete Provider Key
         * @description Deletes a provider key and its secret; one that still has routes is refused, and can be disabled.
         */
        delete: operations["delete_provider_key_api_admin_provider_keys__provider_key_id__delete"];
        options?: never;
        head?: never;
        /**
         * Change Provider Key
         * @description Changes a provider key; giving `secret` rotates it.
         */
        patch: operations["change_provider_key_api_admin_provider_keys__provider_key_id__patch"];
        trace?: never;
    };
    "/api/admin/provider-keys/{provider_key_id}/disable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Disable Provider Key
         * @description Takes a provider key out of use: calls on their way by it stop within a second.
         */
        post: operations["disable_provider_key_api_admin_provider_keys__provider_key_id__disable_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/provider-keys/{provider_key_id}/discover": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Discover Models
         * @description The models the provider says it has, in its own order; an error of kind upstream when it does not say.
         */
        post: operations["discover_models_api_admin_provider_keys__provider_key_id__discover_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/provider-keys/{provider_key_id}/enable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Enable Provider Key
         * @description Puts a provider key into use again.
         */
        post: operations["enable_provider_key_api_admin_provider_keys__provider_key_id__enable_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/provider-keys/{provider_key_id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Test Provider Key
         * @description Asks the provider one question that needs a valid secret. How that ends is the answer, not an error.
         */
        post: operations["test_provider_key_api_admin_provider_keys__provider_key_id__test_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/registry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Search Registry
         * @description Searches the installed registry by words. For more than `limit`, search more narrowly.
         */
        get: operations["search_registry_api_admin_registry_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/routes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Routes
         * @description Routes, by priority unless sorted otherwise.
         */
        get: operations["list_routes_api_admin_routes_get"];
        put?: never;
        /**
         * Add Route
         * @description Adds a way to serve a model; refused when the provider serves none of the model's operations.
         */
        post: operations["add_route_api_admin_routes_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/routes/{route_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Route
         * @description One route.
         */
        get: operations["get_route_api_admin_routes__route_id__get"];
        put?: never;
        post?: never;
        /**
         * Delete Route
         * @description Deletes a route; call records keep what they say of it.
         */
        delete: operations["delete_route_api_admin_routes__route_id__delete"];
        options?: never;
        head?: never;
        /**
         * Change Route
         * @description Changes a route, which is taken for well again.
         */
        patch: operations["change_route_api_admin_routes__route_id__patch"];
        trace?: never;
    };
    "/api/admin/system": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get System
         * @description Versions, replicas and settings.
         */
        get: operations["get_system_api_admin_system_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Change System
         * @description Changes settings of the organization; every replica knows before its next call. 409 for what locks the caller out.
         */
        patch: operations["change_system_api_admin_system_patch"];
        trace?: never;
    };
    "/api/admin/system/settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Settings
         * @description The settings in force. They are read once, when a process starts.
         */
        get: operations["get_settings_api_admin_system_settings_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/tag-rules": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Tag Rules
         * @description Rules, the newest first.
         */
        get: operations["list_tag_rules_api_admin_tag_rules_get"];
        put?: never;
        /**
         * Create Tag Rule
         * @description Makes a rule, for whoever signs in for the first time from now on.
         */
        post: operations["create_tag_rule_api_admin_tag_rules_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/tag-rules/{rule_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Tag Rule
         * @description One rule.
         */
        get: operations["get_tag_rule_api_admin_tag_rules__rule_id__get"];
        put?: never;
        post?: never;
        /**
         * Delete Tag Rule
         * @description Deletes a rule. Who has its tag keeps it.
         */
        delete: operations["delete_tag_rule_api_admin_tag_rules__rule_id__delete"];
        options?: never;
        head?: never;
        /**
         * Change Tag Rule
         * @description Changes a rule. Who has its tag keeps it.
         */
        patch: operations["change_tag_rule_api_admin_tag_rules__rule_id__patch"];
        trace?: never;
    };
    "/api/admin/tag-rules/{rule_id}/apply": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Apply Tag Rule
         * @description Gives the rule's tag to everybody here whom it means. A rule on a claim waits for the next sign-in: 409.
         */
        post: operations["apply_tag_rule_api_admin_tag_rules__rule_id__apply_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/tag-rules/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Try Tag Rules
         * @description Which rules would mean somebody who signs in for the first time. Nothing is changed.
         */
        post: operations["try_tag_rules_api_admin_tag_rules_test_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/tags": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Tags
         * @description Tags by name, each with the first three models that it opens and closes.
         */
        get: operations["list_tags_api_admin_tags_get"];
        put?: never;
        /**
         * Create Tag
         * @description Makes a tag.
         */
        post: operations["create_tag_api_admin_tags_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/tags/{tag_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Tag
         * @description One tag, with the first hundred models that it opens and closes.
         */
        get: operations["get_tag_api_admin_tags__tag_id__get"];
        put?: never;
        post?: never;
        /**
         * Delete Tag
         * @description Deletes a tag that no access policy and no limit names; one that is in use is refused, saying by what.
         */
        delete: operations["delete_tag_api_admin_tags__tag_id__delete"];
        options?: never;
        head?: never;
        /**
         * Change Tag
         * @description Changes a tag. What it decides stays: policies and limits name it by its id.
         */
        patch: operations["change_tag_api_admin_tags__tag_id__patch"];
        trace?: never;
    };
    "/api/admin/tags/{tag_id}/members": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Tag Members
         * @description The members that were given a tag, the newest first. Those who have it as everyone are not listed.
         */
        get: operations["list_tag_members_api_admin_tags__tag_id__members_get"];
        put?: never;
        /**
         * Add Tag Members
         * @description Gives members a tag, all of them or none. In force for the next call of each.
         */
        post: operations["add_tag_members_api_admin_tags__tag_id__members_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/tags/{tag_id}/members/remove": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Remove Tag Members
         * @description Takes a tag from members, from all of them or from none. In force for the next call of each.
         */
        post: operations["remove_tag_members_api_admin_tags__tag_id__members_remove_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Usage
         * @description Calls, tokens and costs by group, the largest first, and for each step of time if asked for.
         */
        get: operations["get_usage_api_admin_usage_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/usage/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Export Usage
         * @description The same report as a file: a row for each group, of each step if asked for, and one of kind `total` for each whole.
         */
        get: operations["export_usage_api_admin_usage_export_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/usage/heat-map": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Usage Heat Map
         * @description Calls, tokens and costs by weekday and hour.
         */
        get: operations["get_usage_heat_map_api_admin_usage_heat_map_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/usage/latency": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Usage Latency
         * @description How long the period's newest calls took, to the first byte and in all.
         */
        get: operations["get_usage_latency_api_admin_usage_latency_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/usage/statement": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Usage Statement
         * @description What a month came to for a member, for the members who had a tag, or for everybody.
         */
        get: operations["get_usage_statement_api_admin_usage_statement_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/forgot": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Forgot Password
         * @description Sends a reset link to a member's address. The answer, and its time, are the same whether or not there is such a member.
         */
        post: operations["forgot_password_api_auth_forgot_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/invitation": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Accept Invitation
         * @description Chooses a password by an invitation, and signs in.
         */
        post: operations["accept_invitation_api_auth_invitation_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/invitation/look": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Look At Link
         * @description Whom a link of any kind is for. It stays good.
         */
        post: operations["look_at_link_api_auth_invitation_look_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/login": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Log In
         * @description Signs a browser in: a new session, in a cookie. The session that it had before ends.
         */
        post: operations["log_in_api_auth_login_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/logout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Log Out
         * @description Ends the session of the browser that asks, and takes its cookie away.
         */
        post: operations["log_out_api_auth_logout_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/methods": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Methods
         * @description What the page for signing in offers. Anybody may ask.
         */
        get: operations["get_methods_api_auth_methods_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/oidc/{name}/callback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Callback
         * @description Where the provider sends the browser back to, with a code, or with why not. What else it sends along is its own affair.
         */
        get: operations["callback_api_auth_oidc__name__callback_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/oidc/{name}/start": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Start
         * @description Sends the browser to the provider. `next` is the page to come back to; `prove=true` proves the session it has, again.
         */
        get: operations["start_api_auth_oidc__name__start_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/prove": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Prove
         * @description Proves again who uses this browser: for ten minutes it may do what gives others power.
         */
        post: operations["prove_api_auth_prove_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/reset": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Reset Password
         * @description Chooses another password by a reset link, signs out everywhere, and signs in here.
         */
        post: operations["reset_password_api_auth_reset_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/set-up": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Set Up
         * @description Makes the first owner by the link that `ai-api admin link` prints, and signs them in.
         */
        post: operations["set_up_api_auth_set_up_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/device/authorize": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Authorize Device
         * @description Gives a program a code to keep, and one that a member types at `verification_uri`, both good for ten minutes.
         */
        post: operations["authorize_device_api_device_authorize_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/device/token": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Collect Device Token
         * @description Answers the secret of the credential that a member approved, once; or why not, or not yet.
         */
        post: operations["collect_device_token_api_device_token_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Me
         * @description Who the caller is, with the role they have now, and what is left to them.
         */
        get: operations["get_me_api_me_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/me/access-tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Access Tokens
         * @description The caller's tokens, the newest first, expired and revoked ones too.
         */
        get: operations["list_access_tokens_api_me_access_tokens_get"];
        put?: never;
        /**
         * Create Access Token
         * @description Makes a token of the caller. Its secret is in this answer and nowhere else.
         */
        post: operations["create_access_token_api_me_access_tokens_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/me/access-tokens/{token_id}/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Revoke Access Token
         * @description Ends one of the caller's tokens. Ending it again changes nothing.
         */
        post: operations["revoke_access_token_api_me_access_tokens__token_id__revoke_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/me/allocations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List My Allocations
         * @description The caller's allocations of models they see, revoked ones too, the newest first unless asked otherwise.
         */
        get: operations["list_my_allocations_api_me_allocations_get"];
        put?: never;
        /**
         * Claim Model
         * @description Takes a model under its default limits. 409 while there is an allocation of it that is not revoked.
         */
        post: operations["claim_model_api_me_allocations_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/me/allocations/{allocation_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get My Allocation
         * @description One of the caller's allocations with what is left, and with every limit that matches calls by it.
         */
        get: operations["get_my_allocation_api_me_allocations__allocation_id__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/me/allocations/{allocation_id}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Pause My Allocation
         * @description Stops it until the caller or an administrator resumes it.
         */
        post: operations["pause_my_allocation_api_me_allocations__allocation_id__pause_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/me/allocations/{allocation_id}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Resume My Allocation
         * @description Lets it be used again. 403 for what an administrator paused.
         */
        post: operations["resume_my_allocation_api_me_allocations__allocation_id__resume_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/me/call-records": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List My Call Records
         * @description The caller's calls, refused ones too, the newest first unless asked otherwise.
         */
        get: operations["list_my_call_records_api_me_call_records_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/me/call-records/{call_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get My Call Record
         * @description One of the caller's calls, with what the client of a refused one was told.
         */
        get: operations["get_my_call_record_api_me_call_records__call_id__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/me/call-records/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Export My Call Records
         * @description The caller's calls as a file, the oldest first, every column of the list's.
         *
         *     A file that is cut off was not finished: its connection broke.
         */
        get: operations["export_my_call_records_api_me_call_records_export_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/me/credentials": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List My Credentials
         * @description The caller's credentials, the newest first unless asked otherwise.
         */
        get: operations["list_my_credentials_api_me_credentials_get"];
        put?: never;
        /**
         * Issue My Credential
         * @description Issues a credential and answers its secret, once.
         */
        post: operations["issue_my_credential_api_me_credentials_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/me/credentials/{credential_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get My Credential
         * @description One of the caller's credentials, with what is left to it; its `month` is of `zone`, or of the organization's.
         */
        get: operations["get_my_credential_api_me_credentials__credential_id__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Change My Credential
         * @description Changes name, expiry or scope, in force for the next call. The secret stays the same.
         */
        patch: operations["change_my_credential_api_me_credentials__credential_id__patch"];
        trace?: never;
    };
    "/api/me/credentials/{credential_id}/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List My Credential History
         * @description What was done to one of the caller's credentials, the newest first. The successor of a rotated one begins with its own.
         */
        get: operations["list_my_credential_history_api_me_credentials__credential_id__history_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/me/credentials/{credential_id}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Pause My Credential
         * @description Stops it until the caller or an administrator resumes it.
         */
        post: operations["pause_my_credential_api_me_credentials__credential_id__pause_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/me/credentials/{credential_id}/playground-token": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Issue Playground Token
         * @description Answers a secret, once, that calls in the name of the credential for 15 minutes and stops with it.
         */
        post: operations["issue_playground_token_api_me_credentials__credential_id__playground_token_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/me/credentials/{credential_id}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Resume My Credential
         * @description Lets it be used again. 403 for what an administrator paused.
         */
        post: operations["resume_my_credential_api_me_credentials__credential_id__resume_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/me/credentials/{credential_id}/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Revoke My Credential
         * @description Stops it for good.
         */
        post: operations["revoke_my_credential_api_me_credentials__credential_id__revoke_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/me/credentials/{credential_id}/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Rotate My Credential
         * @description Answers a successor with a new secret, once; the old secret ends after the overlap.
         */
        post: operations["rotate_my_credential_api_me_credentials__credential_id__rotate_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/me/device/{code}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Device
         * @description What asks with this code, from where, since when, and what it could call. Wrong codes are counted.
         */
        get: operations["get_device_api_me_device__code__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/me/device/{code}/approve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Approve Device
         * @description Lets the program collect a credential, which is then made as `POST /api/me/credentials` makes one.
         */
        post: operations["approve_device_api_me_device__code__approve_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/me/device/{code}/deny": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Deny Device
         * @description Gives the program nothing. What the caller approved is taken back as long as it was not collected.
         */
        post: operations["deny_device_api_me_device__code__deny_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/me/models": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List My Models
         * @description The models the caller sees, by slug unless sorted otherwise.
         */
        get: operations["list_my_models_api_me_models_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/me/models/{model_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get My Model
         * @description One model the caller sees.
         */
        get: operations["get_my_model_api_me_models__model_id__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/me/models/facets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Count My Models
         * @description How many of the models the caller sees are of each kind; what is hidden is in no count.
         */
        get: operations["count_my_models_api_me_models_facets_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/me/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Change Password
         * @description Gives the caller another password. Other browsers are signed out and links end; this one goes on with a new cookie.
         */
        post: operations["change_password_api_me_password_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/me/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Sessions
         * @description The caller's sessions that are not over, the newest first.
         */
        get: operations["list_sessions_api_me_sessions_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/me/sessions/{session_id}/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Revoke Session
         * @description Signs one browser out.
         */
        post: operations["revoke_session_api_me_sessions__session_id__revoke_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/me/sessions/revoke-others": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Revoke Other Sessions
         * @description Signs all browsers out but the one that asks.
         */
        post: operations["revoke_other_sessions_api_me_sessions_revoke_others_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/me/usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get My Usage
         * @description Sums of the caller's own calls, by day and then the dearest first.
         */
        get: operations["get_my_usage_api_me_usage_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/me/usage/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Export My Usage
         * @description The same report as a file: a row for each group, of each step if asked for, and one of kind `total` for each whole.
         */
        get: operations["export_my_usage_api_me_usage_export_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/me/usage/heat-map": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get My Usage Heat Map
         * @description The caller's own calls by weekday and hour.
         */
        get: operations["get_my_usage_heat_map_api_me_usage_heat_map_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/me/usage/latency": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get My Usage Latency
         * @description How long the caller's own newest calls took, to the first byte and in all.
         */
        get: operations["get_my_usage_latency_api_me_usage_latency_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/me/usage/report": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get My Usage Report
         * @description The caller's own calls by group, the largest first, and for each step of time if asked for.
         */
        get: operations["get_my_usage_report_api_me_usage_report_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/me/usage/statement": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get My Usage Statement
         * @description What a month came to for the caller.
         */
        get: operations["get_my_usage_statement_api_me_usage_statement_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Search
         * @description Finds what begins with `q`: a member's identifier or name, a credential's name, public id or shown secret, a call's id.
         *
         *     Models are found by any part of their names, calls also by the whole of their request's id. Who does not administrate
         *     finds models that they see, and credentials and calls of their own.
         */
        get: operations["search_api_search_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * AboutShown
         * @description What an event is about, by name. `target` is what its target was called when it was written, or else is called now;
         *     `member` whose it is, `model` of which model. Each is null where there is none, or where `target` is it.
         */
        AboutShown: {
            /** Member */
            member: string | null;
            /** Member Id */
            member_id: string | null;
            /** Model */
            model: string | null;
            /** Target */
            target: string | null;
        };
        /**
         * Acceptance
         * @description An invitation is accepted. Without `display_name` whoever invited has named them.
         */
        Acceptance: {
            /** Display Name */
            display_name?: string | null;
            /** Password */
            password: string;
            /** Secret */
            secret: string;
        };
        /**
         * AccessTokenCreate
         * @description A token to be made. Without `expires_at` it ends after 90 days; null is never.
         */
        AccessTokenCreate: {
            /** Expires At */
            expires_at?: string | null;
            /** Name */
            name: string;
        };
        /**
         * AccessTokenMade
         * @description A new access token with its secret, which is shown this once.
         */
        AccessTokenMade: {
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Display */
            display: string;
            /** Expires At */
            expires_at: string | null;
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /** Last Used At */
            last_used_at: string | null;
            /** Name */
            name: string;
            /** Revoked At */
            revoked_at: string | null;
            /** Secret */
            secret: string;
        };
        /**
         * AccessTokenShown
         * @description An access token. `display` is its beginning and end; `expires_at` null is never.
         */
        AccessTokenShown: {
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Display */
            display: string;
            /** Expires At */
            expires_at: string | null;
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /** Last Used At */
            last_used_at: string | null;
            /** Name */
            name: string;
            /** Revoked At */
            revoked_at: string | null;
        };
        /**
         * AffectedShown
         * @description Active members on one side of a change: how many, and the first 20 of them.
         */
        AffectedShown: {
            /** Count */
            count: number;
            /** First */
            first: components["schemas"]["NamedMember"][];
        };
        /**
         * Because
         * @description Why something is done; kept with the allocation and in the audit trail.
         */
        ai_api__portal__admin__allocations__Because: {
            /**
             * Reason
             * @default
             */
            reason?: string;
        };
        /**
         * Change
         * @description The monthly limits: what is given is stored, null takes a limit away.
         */
        ai_api__portal__admin__allocations__Change: {
            /** Monthly Cost Usd */
            monthly_cost_usd?: string | null;
            /** Monthly Tokens */
            monthly_tokens?: number | null;
        };
        /**
         * StepShown
         * @description One check. `would_be_ok` and `would_refuse` are of checks after the one that refuses already; `not_known` of one that
         *     nobody can make without knowing more. `words` are what the caller would be told, else what was asked. Each of `repairs` mends
         *     it by itself.
         */
        ai_api__portal__admin__explain__StepShown: {
            /**
             * Check
             * @enum {string}
             */
            check: "credential" | "member" | "pause" | "network" | "model" | "policy" | "allocation" | "state" | "allowance" | "operation" | "price" | "routes" | "limits" | "service";
            /** Code */
            code: string;
            /** Facts */
            facts: {
                [key: string]: unknown;
            };
            /** Repairs */
            repairs: components["schemas"]["Repair"][];
            /**
             * Result
             * @enum {string}
             */
            result: "ok" | "refuses" | "would_be_ok" | "would_refuse" | "not_known";
            /** Words */
            words: string;
        };
        /**
         * LinkShown
         * @description A link that was made for a member. `created_by` is null where they asked for it themself.
         */
        ai_api__portal__admin__member_links__LinkShown: {
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Created By */
            created_by: string | null;
            /**
             * Expires At
             * Format: date-time
             */
            expires_at: string;
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /**
             * Kind
             * @enum {string}
             */
            kind: "invitation" | "reset" | "set_up";
            /**
             * Member Id
             * Format: uuid
             */
            member_id: string;
            /** Revoked At */
            revoked_at: string | null;
            /** Used At */
            used_at: string | null;
        };
        /**
         * LinkShown
         * @description Whom a link is for, and until when. A `set_up` link is for whoever becomes the first owner.
         */
        ai_api__portal__auth__links__LinkShown: {
            /** Display Name */
            display_name: string | null;
            /**
             * Expires At
             * Format: date-time
             */
            expires_at: string;
            /** Identifier */
            identifier: string | null;
            /**
             * Kind
             * @enum {string}
             */
            kind: "invitation" | "reset" | "set_up";
        };
        /**
         * Because
         * @description Why something is done; kept in the audit trail.
         */
        ai_api__portal__credentials_shown__Because: {
            /**
             * Reason
             * @default
             */
            reason?: string;
        };
        /**
         * Change
         * @description What is given is stored; `expires_at` null is never, `allocation_ids` null is all of the member's.
         *
         *     `source_networks` null is from anywhere.
         */
        ai_api__portal__credentials_shown__Change: {
            /** Allocation Ids */
            allocation_ids?: string[] | null;
            /** Expires At */
            expires_at?: string | null;
            /** Name */
            name?: string;
            /** Source Networks */
            source_networks?: string[] | null;
        };
        /**
         * StepShown
         * @description One step of time; the first and the last may be parts of theirs. Groups without a call in it are left out.
         */
        ai_api__portal__reports_shown__StepShown: {
            /** Items */
            items: components["schemas"]["StepRowShown"][];
            /**
             * Since
             * Format: date-time
             */
            since: string;
            total: components["schemas"]["SumsShown"];
            /**
             * Until
             * Format: date-time
             */
            until: string;
        };
        /**
         * AliasChange
         * @description The model that the alias is to name. For another name, make another alias.
         */
        AliasChange: {
            /**
             * Model Id
             * Format: uuid
             */
            model_id?: string;
        };
        /**
         * AliasCreate
         * @description An alias to be made: letters, digits and `._:@/+-`, in the form of a model's whole or bare name; case matters.
         */
        AliasCreate: {
            /**
             * Model Id
             * Format: uuid
             */
            model_id: string;
            /** Name */
            name: string;
        };
        /**
         * AliasPreview
         * @description What the name means now, and what it would mean: slugs of active models, several where callers must say which.
         *
         *     Nothing was changed.
         */
        AliasPreview: {
            /**
             * Dry Run
             * @constant
             */
            dry_run: true;
            /** Means */
            means: string[];
            /** Name */
            name: string;
            /** Would Mean */
            would_mean: string[];
        };
        /**
         * AliasShown
         * @description Another name of a model. While the model is archived it is no name.
         */
        AliasShown: {
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /**
             * Model Id
             * Format: uuid
             */
            model_id: string;
            /** Name */
            name: string;
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
        };
        /**
         * AllocationFound
         * @description One allocation. `every_limit` is what is left under all that match calls by it, those of others than itself too.
         */
        AllocationFound: {
            /** Claim Locked */
            claim_locked: boolean;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            every_limit: components["schemas"]["LimitsLeft"];
            /** Funded By */
            funded_by: string;
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /** Limits */
            limits: (components["schemas"]["TokensLeft"] | components["schemas"]["CostLeft"])[];
            /**
             * Member Id
             * Format: uuid
             */
            member_id: string;
            /**
             * Model Id
             * Format: uuid
             */
            model_id: string;
            /** Monthly Cost Usd */
            monthly_cost_usd: string | null;
            /** Monthly Tokens */
            monthly_tokens: number | null;
            /** Paused By */
            paused_by: ("member" | "admin") | null;
            /**
             * State
             * @enum {string}
             */
            state: "active" | "paused" | "quarantined" | "revoked";
            /** State Reason */
            state_reason: string;
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
        };
        /**
         * AllocationShown
         * @description One allocation. `limits` says of each metric, limited or not, what was used and what is left.
         *
         *     `claim_locked` while it is revoked and its member may not claim the model again.
         */
        AllocationShown: {
            /** Claim Locked */
            claim_locked: boolean;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Funded By */
            funded_by: string;
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /** Limits */
            limits: (components["schemas"]["TokensLeft"] | components["schemas"]["CostLeft"])[];
            /**
             * Member Id
             * Format: uuid
             */
            member_id: string;
            /**
             * Model Id
             * Format: uuid
             */
            model_id: string;
            /** Monthly Cost Usd */
            monthly_cost_usd: string | null;
            /** Monthly Tokens */
            monthly_tokens: number | null;
            /** Paused By */
            paused_by: ("member" | "admin") | null;
            /**
             * State
             * @enum {string}
             */
            state: "active" | "paused" | "quarantined" | "revoked";
            /** State Reason */
            state_reason: string;
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
        };
        /**
         * AnswerShown
         * @description What the call would be answered. `because` is the reason the caller is not told, which the call's record keeps.
         */
        AnswerShown: {
            /** Because */
            because: string | null;
            /** Code */
            code: string;
            /** Kind */
            kind: string;
            /** Words */
            words: string;
        };
        /**
         * ApplicationShown
         * @description Who gained the rule's tag, or with `dry_run` would: how many, and the first 20.
         */
        ApplicationShown: {
            /** Dry Run */
            dry_run: boolean;
            gains: components["schemas"]["AffectedShown"];
        };
        /**
         * AppliedPrice
         * @description The price version that was published.
         */
        AppliedPrice: {
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /**
             * In Force From
             * Format: date-time
             */
            in_force_from: string;
            /**
             * Model Id
             * Format: uuid
             */
            model_id: string;
            /** Prices */
            prices: {
                [key: string]: unknown;
            };
            /** Source */
            source: string;
        };
        /**
         * ApplyImport
         * @description The registry's version that was looked at.
         */
        ApplyImport: {
            /** Version */
            version: string;
        };
        /**
         * ApplyPrice
         * @description The registry's version that was looked at, and every fact about money that its price leaves out, by name.
         */
        ApplyPrice: {
            /** Leave Out */
            leave_out?: string[];
            /** Version */
            version: string;
        };
        /**
         * AttentionShown
         * @description Everything that needs somebody, the most harmful first; empty when all is well.
         */
        AttentionShown: {
            /** Items */
            items: components["schemas"]["FindingShown"][];
            /**
             * Looked At
             * Format: date-time
             */
            looked_at: string;
        };
        /**
         * AudienceShown
         * @description How many of all active `members` can see a model.
         */
        AudienceShown: {
            /** Members */
            members: number;
            /** Seeing */
            seeing: number;
        };
        /**
         * BrokenShown
         * @description Where the chain breaks, and how. `seq` is null for an event without a place, `event_id` for a place that is gone.
         */
        BrokenShown: {
            /** Detail */
            detail: string;
            /** Event Id */
            event_id: string | null;
            /**
             * Fault
             * @enum {string}
             */
            fault: "place_missing" | "event_missing" | "changed" | "not_sealed" | "other_hash";
            /** Seq */
            seq: number | null;
        };
        /**
         * BulkShown
         * @description What became of the list, line by line. With `dry_run` nobody was made.
         */
        BulkShown: {
            /** Dry Run */
            dry_run: boolean;
            /** Exists */
            exists: number;
            /** Lines */
            lines: components["schemas"]["LineShown"][];
            /** Made */
            made: number;
            /** Wrong */
            wrong: number;
        };
        /**
         * CallRecordFound
         * @description One call as it was billed, and what its client was told; `told` is null of a call that was not refused, or of which nobody
         *     can know.
         */
        CallRecordFound: {
            /** Allocation Id */
            allocation_id: string | null;
            /** Attempts */
            attempts: {
                [key: string]: unknown;
            }[];
            /** Billed Cost Usd */
            billed_cost_usd: string | null;
            /** Bookings */
            bookings: {
                [key: string]: unknown;
            }[];
            /** Cache Write Tokens */
            cache_write_tokens: number;
            /** Cached Read Tokens */
            cached_read_tokens: number;
            /**
             * Call Id
             * Format: uuid
             */
            call_id: string;
            /** Client */
            client: string | null;
            /** Credential Id */
            credential_id: string | null;
            /** Details */
            details: {
                [key: string]: unknown;
            };
            /** Dialect */
            dialect: string;
            /** Finish Reason */
            finish_reason: string | null;
            /**
             * Finished At
             * Format: date-time
             */
            finished_at: string;
            /** First Byte At */
            first_byte_at: string | null;
            /** Funded By */
            funded_by: string;
            /**
             * Held Usd
             * Format: decimal
             * @description USD, at most nine decimals
             * @example 1.25
             */
            held_usd: string;
            /** Input Tokens */
            input_tokens: number;
            /** List Cost Usd */
            list_cost_usd: string | null;
            /** Member Id */
            member_id: string | null;
            /** Model */
            model: string | null;
            /** Model Id */
            model_id: string | null;
            /** Multiplier Millionths */
            multiplier_millionths: number;
            /** Operation */
            operation: string;
            /** Outcome */
            outcome: string;
            /** Output Tokens */
            output_tokens: number;
            /**
             * Overrun Usd
             * Format: decimal
             * @description USD, at most nine decimals
             * @example 1.25
             */
            overrun_usd: string;
            /** Price Version Id */
            price_version_id: string | null;
            /** Provider */
            provider: string | null;
            /** Provider Key Id */
            provider_key_id: string | null;
            /** Quantity */
            quantity: number | null;
            /** Reasoning Tokens */
            reasoning_tokens: number;
            /** Refused Count */
            refused_count: number;
            /** Request Id */
            request_id: string;
            /** Requested Model */
            requested_model: string | null;
            /** Route Id */
            route_id: string | null;
            /** Service Tier */
            service_tier: string | null;
            /**
             * Started At
             * Format: date-time
             */
            started_at: string;
            /** Stream */
            stream: boolean;
            /** Swept */
            swept: boolean;
            /** Tags */
            tags: string[];
            told?: components["schemas"]["Told"] | null;
            /** Unit */
            unit: string | null;
            /** Upstream Model */
            upstream_model: string | null;
            /** Upstream Request Id */
            upstream_request_id: string | null;
            /** Upstream Status */
            upstream_status: number | null;
            /** Usage Source */
            usage_source: string;
        };
        /**
         * CallRecordShown
         * @description One call as it was billed. A cost is null when no price was known, which is not the same as 0.
         *
         *     In `attempts`, `details` and `bookings` every amount of money is a decimal string of USD under a name in `_usd`.
         */
        CallRecordShown: {
            /** Allocation Id */
            allocation_id: string | null;
            /** Attempts */
            attempts: {
                [key: string]: unknown;
            }[];
            /** Billed Cost Usd */
            billed_cost_usd: string | null;
            /** Bookings */
            bookings: {
                [key: string]: unknown;
            }[];
            /** Cache Write Tokens */
            cache_write_tokens: number;
            /** Cached Read Tokens */
            cached_read_tokens: number;
            /**
             * Call Id
             * Format: uuid
             */
            call_id: string;
            /** Client */
            client: string | null;
            /** Credential Id */
            credential_id: string | null;
            /** Details */
            details: {
                [key: string]: unknown;
            };
            /** Dialect */
            dialect: string;
            /** Finish Reason */
            finish_reason: string | null;
            /**
             * Finished At
             * Format: date-time
             */
            finished_at: string;
            /** First Byte At */
            first_byte_at: string | null;
            /** Funded By */
            funded_by: string;
            /**
             * Held Usd
             * Format: decimal
             * @description USD, at most nine decimals
             * @example 1.25
             */
            held_usd: string;
            /** Input Tokens */
            input_tokens: number;
            /** List Cost Usd */
            list_cost_usd: string | null;
            /** Member Id */
            member_id: string | null;
            /** Model */
            model: string | null;
            /** Model Id */
            model_id: string | null;
            /** Multiplier Millionths */
            multiplier_millionths: number;
            /** Operation */
            operation: string;
            /** Outcome */
            outcome: string;
            /** Output Tokens */
            output_tokens: number;
            /**
             * Overrun Usd
             * Format: decimal
             * @description USD, at most nine decimals
             * @example 1.25
             */
            overrun_usd: string;
            /** Price Version Id */
            price_version_id: string | null;
            /** Provider */
            provider: string | null;
            /** Provider Key Id */
            provider_key_id: string | null;
            /** Quantity */
            quantity: number | null;
            /** Reasoning Tokens */
            reasoning_tokens: number;
            /** Refused Count */
            refused_count: number;
            /** Request Id */
            request_id: string;
            /** Requested Model */
            requested_model: string | null;
            /** Route Id */
            route_id: string | null;
            /** Service Tier */
            service_tier: string | null;
            /**
             * Started At
             * Format: date-time
             */
            started_at: string;
            /** Stream */
            stream: boolean;
            /** Swept */
            swept: boolean;
            /** Tags */
            tags: string[];
            /** Unit */
            unit: string | null;
            /** Upstream Model */
            upstream_model: string | null;
            /** Upstream Request Id */
            upstream_request_id: string | null;
            /** Upstream Status */
            upstream_status: number | null;
            /** Usage Source */
            usage_source: string;
        };
        /**
         * CallSearched
         * @description A call. `requested_model` is what its caller typed.
         */
        CallSearched: {
            /**
             * Call Id
             * Format: uuid
             */
            call_id: string;
            /** Member Id */
            member_id: string | null;
            /** Outcome */
            outcome: string;
            /** Request Id */
            request_id: string;
            /** Requested Model */
            requested_model: string | null;
            /**
             * Started At
             * Format: date-time
             */
            started_at: string;
        };
        /**
         * CaseShown
         * @description One thing that a condition is about. `id` is null for what has none, `since` where nobody wrote it down.
         */
        CaseShown: {
            /** Id */
            id: string | null;
            /** Name */
            name: string;
            /** Since */
            since: string | null;
        };
        /**
         * CellShown
         * @description One hour of the week: weekday 1 is Monday.
         */
        CellShown: {
            /**
             * Billed Cost Usd
             * Format: decimal
             * @description USD, at most nine decimals
             * @example 1.25
             */
            billed_cost_usd: string;
            /** Cache Write Tokens */
            cache_write_tokens: number;
            /** Cached Read Tokens */
            cached_read_tokens: number;
            /** Calls */
            calls: number;
            /**
             * Estimated Cost Usd
             * Format: decimal
             * @description USD, at most nine decimals
             * @example 1.25
             */
            estimated_cost_usd: string;
            /** Failed Calls */
            failed_calls: number;
            /** Failed Share */
            failed_share: number | null;
            /** Hour */
            hour: number;
            /** Input Tokens */
            input_tokens: number;
            /**
             * List Cost Usd
             * Format: decimal
             * @description USD, at most nine decimals
             * @example 1.25
             */
            list_cost_usd: string;
            /** Output Tokens */
            output_tokens: number;
            /** Reasoning Tokens */
            reasoning_tokens: number;
            /** Unpriced Calls */
            unpriced_calls: number;
            /** Weekday */
            weekday: number;
        };
        /**
         * Claim
         * @description The model that the caller takes.
         */
        Claim: {
            /**
             * Model Id
             * Format: uuid
             */
            model_id: string;
        };
        /**
         * CoolingShown
         * @description Why a route was left alone last, since when and until when; `turn` counts how often in a row. Past `until`, one call tries
         *     it. `since` is null where the provider named the time.
         */
        CoolingShown: {
            /** Code */
            code: string;
            /** Since */
            since: string | null;
            /** Turn */
            turn: number;
            /**
             * Until
             * Format: date-time
             */
            until: string;
        };
        /**
         * CostLeft
         * @description USD in the present month of the organization's zone.
         */
        CostLeft: {
            /**
             * Held
             * Format: decimal
             * @description USD, at most nine decimals
             * @example 1.25
             */
            held: string;
            /** Left */
            left: string | null;
            /** Limit */
            limit: string | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            metric: "cost";
            /**
             * Resets At
             * Format: date-time
             */
            resets_at: string;
            /**
             * Scope
             * @constant
             */
            scope: "allocation";
            /**
             * Used
             * Format: decimal
             * @description USD, at most nine decimals
             * @example 1.25
             */
            used: string;
            /**
             * Window Kind
             * @constant
             */
            window_kind: "month";
            /**
             * Window Start
             * Format: date-time
             */
            window_start: string;
        };
        /**
         * CredentialEventShown
         * @description Something that was done to a credential. `changed` names what a `change` gave another value.
         *
         *     `by` is the caller (`member`), somebody else (`administrator`) or the program itself (`gateway`). Which administrator it
         *     was, from where and why, stands in the audit trail, which administrators read.
         */
        CredentialEventShown: {
            /**
             * At
             * Format: date-time
             */
            at: string;
            /**
             * By
             * @enum {string}
             */
            by: "member" | "administrator" | "gateway";
            /** Changed */
            changed: ("name" | "expires_at" | "allocation_ids" | "source_networks")[];
            /**
             * Did
             * @enum {string}
             */
            did: "issue" | "change" | "rotate" | "pause" | "resume" | "revoke";
            /**
             * Id
             * Format: uuid
             */
            id: string;
        };
        /**
         * CredentialFound
         * @description One credential, with every limit that matches calls with it and what is left of it.
         */
        CredentialFound: {
            /** All Allocations */
            all_allocations: boolean;
            /** Allocation Ids */
            allocation_ids: string[] | null;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Display */
            display: string;
            /** Expires At */
            expires_at: string | null;
            /**
             * Id
             * Format: uuid
             */
            id: string;
            limits: components["schemas"]["LimitsLeft"];
            /**
             * Member Id
             * Format: uuid
             */
            member_id: string;
            /** Name */
            name: string;
            /** Paused At */
            paused_at: string | null;
            /** Paused By */
            paused_by: ("member" | "admin") | null;
            /** Public Id */
            public_id: string;
            /** Revoked At */
            revoked_at: string | null;
            /** Source Networks */
            source_networks: string[] | null;
            /**
             * State
             * @enum {string}
             */
            state: "active" | "paused" | "expired" | "revoked";
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
        };
        /**
         * CredentialIssued
         * @description A new credential with its secret: this answer is the only place it ever stands in.
         */
        CredentialIssued: {
            /** All Allocations */
            all_allocations: boolean;
            /** Allocation Ids */
            allocation_ids: string[] | null;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Display */
            display: string;
            /** Expires At */
            expires_at: string | null;
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /**
             * Member Id
             * Format: uuid
             */
            member_id: string;
            /** Name */
            name: string;
            /** Paused At */
            paused_at: string | null;
            /** Paused By */
            paused_by: ("member" | "admin") | null;
            /** Public Id */
            public_id: string;
            /** Revoked At */
            revoked_at: string | null;
            /** Secret */
            secret: string;
            /** Source Networks */
            source_networks: string[] | null;
            /**
             * State
             * @enum {string}
             */
            state: "active" | "paused" | "expired" | "revoked";
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
        };
        /**
         * CredentialListed
         * @description One credential of a list, with what is left under its own limits.
         */
        CredentialListed: {
            /** All Allocations */
            all_allocations: boolean;
            /** Allocation Ids */
            allocation_ids: string[] | null;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Display */
            display: string;
            /** Expires At */
            expires_at: string | null;
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /**
             * Member Id
             * Format: uuid
             */
            member_id: string;
            /** Name */
            name: string;
            /** Own Limits */
            own_limits: components["schemas"]["LimitLeft"][];
            /** Paused At */
            paused_at: string | null;
            /** Paused By */
            paused_by: ("member" | "admin") | null;
            /** Public Id */
            public_id: string;
            /** Revoked At */
            revoked_at: string | null;
            /** Source Networks */
            source_networks: string[] | null;
            /**
             * State
             * @enum {string}
             */
            state: "active" | "paused" | "expired" | "revoked";
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
        };
        /**
         * CredentialOfMember
         * @description A credential of the member, and what a call with it would be answered; `code` is `ok` where it would be made.
         */
        CredentialOfMember: {
            /** Code */
            code: string;
            /** Display */
            display: string;
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /** Name */
            name: string;
            /**
             * State
             * @enum {string}
             */
            state: "active" | "paused" | "expired" | "revoked";
            /** Words */
            words: string;
        };
        /**
         * CredentialSearched
         * @description A credential, without its secret.
         */
        CredentialSearched: {
            /** Display */
            display: string;
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /**
             * Member Id
             * Format: uuid
             */
            member_id: string;
            /** Name */
            name: string;
            /** Public Id */
            public_id: string;
        };
        /**
         * CredentialShown
         * @description One credential, without its secret. `allocation_ids` is null for all of the member's allocations.
         */
        CredentialShown: {
            /** All Allocations */
            all_allocations: boolean;
            /** Allocation Ids */
            allocation_ids: string[] | null;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Display */
            display: string;
            /** Expires At */
            expires_at: string | null;
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /**
             * Member Id
             * Format: uuid
             */
            member_id: string;
            /** Name */
            name: string;
            /** Paused At */
            paused_at: string | null;
            /** Paused By */
            paused_by: ("member" | "admin") | null;
            /** Public Id */
            public_id: string;
            /** Revoked At */
            revoked_at: string | null;
            /** Source Networks */
            source_networks: string[] | null;
            /**
             * State
             * @enum {string}
             */
            state: "active" | "paused" | "expired" | "revoked";
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
        };
        /**
         * DefaultLimit
         * @description A limit that an allocation begins with when its member claims it.
         */
        DefaultLimit: {
            /**
             * Amount
             * @description Requests, tokens or calls at a time; a decimal string of USD where the metric is `cost`
             */
            amount: number | string;
            /**
             * Metric
             * @enum {string}
             */
            metric: "requests" | "input_tokens" | "output_tokens" | "total_tokens" | "cost" | "concurrency";
            /**
             * On Exceed
             * @enum {string}
             */
            on_exceed: "reject" | "warn";
            /**
             * Window Kind
             * @enum {string}
             */
            window_kind: "request" | "sliding" | "day" | "month" | "lifetime";
            /** Window S */
            window_s: number | null;
            /** Zone */
            zone: string | null;
        };
        /**
         * DeviceBegun
         * @description The program keeps `device_code` and shows the others. Both codes stand in this answer alone.
         */
        DeviceBegun: {
            /** Device Code */
            device_code: string;
            /** Expires In */
            expires_in: number;
            /** Interval */
            interval: number;
            /** User Code */
            user_code: string;
            /** Verification Uri */
            verification_uri: string;
            /** Verification Uri Complete */
            verification_uri_complete: string;
        };
        /**
         * DeviceChoice
         * @description A model of the caller's that the program could call. `fits` says that it serves all that the program needs.
         *
         *     `chosen` is whether it is in the credential's scope; null until the caller decided.
         */
        DeviceChoice: {
            /**
             * Allocation Id
             * Format: uuid
             */
            allocation_id: string;
            /** Chosen */
            chosen: boolean | null;
            /** Display Name */
            display_name: string;
            /** Fits */
            fits: boolean;
            /**
             * Model Id
             * Format: uuid
             */
            model_id: string;
            /** Operations */
            operations: string[];
            /** Slug */
            slug: string;
        };
        /**
         * DeviceOrder
         * @description The credential that the caller chose. `allocation_ids` null is all of theirs, now and later.
         */
        DeviceOrder: {
            /** Allocation Ids */
            allocation_ids: string[] | null;
            /** Expires At */
            expires_at: string | null;
            /** Limits */
            limits: {
                [key: string]: unknown;
            }[];
            /** Name */
            name: string;
            /** Prefix */
            prefix: string;
            /** Source Networks */
            source_networks: string[] | null;
        };
        /**
         * DeviceRefused
         * @description Why a program is given nothing, as RFC 6749 and RFC 8628 name it.
         */
        DeviceRefused: {
            /**
             * Error
             * @enum {string}
             */
            error: "authorization_pending" | "slow_down" | "access_denied" | "expired_token" | "invalid_grant" | "invalid_request" | "invalid_scope" | "unsupported_grant_type" | "temporarily_unavailable";
            /** Error Description */
            error_description: string;
        };
        /**
         * DeviceShown
         * @description What asks, from where and since when. `client_id`, `device_name` and `user_agent` are its own claims.
         *
         *     `same_network` is whether it asks from the caller's own network. `expires_at` is the code's; `suggested_name` and
         *     `suggested_expires_at` are for the credential. `credential_id` is set when the program has collected it.
         */
        DeviceShown: {
            /** Address */
            address: string | null;
            /** Client Id */
            client_id: string;
            /** Credential Id */
            credential_id: string | null;
            /** Device Name */
            device_name: string | null;
            /**
             * Expires At
             * Format: date-time
             */
            expires_at: string;
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /** Models */
            models: components["schemas"]["DeviceChoice"][];
            /** Operations */
            operations: string[];
            ordered: components["schemas"]["DeviceOrder"] | null;
            /**
             * Requested At
             * Format: date-time
             */
            requested_at: string;
            /** Same Network */
            same_network: boolean;
            /**
             * State
             * @enum {string}
             */
            state: "pending" | "approved" | "denied" | "collected" | "expired";
            /** Suggested Expires At */
            suggested_expires_at: string | null;
            /** Suggested Name */
            suggested_name: string;
            /** User Agent */
            user_agent: string;
            /** User Code */
            user_code: string;
        };
        /**
         * DeviceToken
         * @description The credential's secret as `access_token`: this answer is the only place it ever stands in.
         *
         *     `expires_in` is absent where it does not expire. `models` may be called with it now, and serve all of `scope`.
         */
        DeviceToken: {
            /** Access Token */
            access_token: string;
            /**
             * Credential Id
             * Format: uuid
             */
            credential_id: string;
            /** Expires At */
            expires_at: string | null;
            /** Expires In */
            expires_in?: number | null;
            /** Models */
            models: string[];
            /** Name */
            name: string;
            /** Scope */
            scope: string;
            /**
             * Token Type
             * @constant
             */
            token_type: "Bearer";
        };
        /**
         * EntryShown
         * @description A model of the registry. `operations` is empty for what cannot be called here; `slug` is what an import would call it.
         *
         *     Token counts are null where the registry says nothing.
         */
        EntryShown: {
            /** Context Tokens */
            context_tokens: number | null;
            /** Key */
            key: string;
            /** Mode */
            mode: string | null;
            /** Operations */
            operations: string[];
            /** Output Tokens Max */
            output_tokens_max: number | null;
            /** Provider */
            provider: string;
            /** Slug */
            slug: string;
            /** Withdrawn On */
            withdrawn_on: string | null;
        };
        /**
         * EventShown
         * @description One administrative write. `before` is null for what was created, `after` for what was deleted.
         */
        EventShown: {
            about: components["schemas"]["AboutShown"];
            /** Action */
            action: string;
            /** Actor Kind */
            actor_kind: string;
            /** Actor Member Id */
            actor_member_id: string | null;
            /** Actor Name */
            actor_name: string;
            /** Address */
            address: string | null;
            /** After */
            after: {
                [key: string]: unknown;
            } | null;
            /**
             * At
             * Format: date-time
             */
            at: string;
            /** Before */
            before: {
                [key: string]: unknown;
            } | null;
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /** Request Id */
            request_id: string | null;
            /** Target Id */
            target_id: string | null;
            /** Target Kind */
            target_kind: string;
        };
        /**
         * Explained
         * @description What a call would be answered now, and why. `answer` is null where it would be made.
         *
         *     `steps` are all checks in the order in which they take effect: the first that refuses is the answer. `limits` are those
         *     that match the call. `credentials` are the newest 20 that are not revoked, null where the question names one, or is
         *     about several models.
         */
        Explained: {
            /** Allocation Id */
            allocation_id: string | null;
            answer: components["schemas"]["AnswerShown"] | null;
            /** Credential Id */
            credential_id: string | null;
            /** Credentials */
            credentials: components["schemas"]["CredentialOfMember"][] | null;
            /** Limits */
            limits: components["schemas"]["LimitLeft"][];
            /**
             * Member Id
             * Format: uuid
             */
            member_id: string;
            /** Model */
            model: string | null;
            /** Model Id */
            model_id: string | null;
            /**
             * Operation
             * @enum {string}
             */
            operation: "chat" | "responses" | "messages" | "generate" | "embeddings" | "embed";
            /** Routes */
            routes: components["schemas"]["RouteOfModel"][];
            /** Steps */
            steps: components["schemas"]["ai_api__portal__admin__explain__StepShown"][];
        };
        /**
         * ExplainedModels
         * @description An explanation for each model of the question, in the question's order.
         */
        ExplainedModels: {
            /** Items */
            items: components["schemas"]["Explained"][];
        };
        /**
         * FacetsShown
         * @description How many of the models the caller sees are of each kind.
         */
        FacetsShown: {
            /** Access */
            access: {
                [key: string]: number;
            };
            /** Capability */
            capability: {
                [key: string]: number;
            };
            /** Operation */
            operation: {
                [key: string]: number;
            };
            /** Provider */
            provider: {
                [key: string]: number;
            };
        };
        /**
         * FactShown
         * @description One field: as it was imported, as the registry says now (null where it says nothing), and as it is here.
         *
         *     `kept` says that it was changed here and stays so; `applies`, that applying the registry would store what it says now.
         */
        FactShown: {
            /** Applies */
            applies: boolean;
            /** Before */
            before: unknown;
            /** Here */
            here: unknown;
            /** Kept */
            kept: boolean;
            /** Name */
            name: string;
            /** Now */
            now: unknown;
        };
        /**
         * FindingShown
         * @description A condition that holds, said in `words`. `count` is of how many things, of which `affected` are the first 5.
         *
         *     `at_least`: there may be more than `count`. `target` is the path of the API where they are; `runbook` a page of the
         *     documentation's runbooks.
         */
        FindingShown: {
            /** Affected */
            affected: components["schemas"]["CaseShown"][];
            /** At Least */
            at_least: boolean;
            /**
             * Code
             * @enum {string}
             */
            code: "books_unexplained" | "unsettled_records" | "stray_records" | "assurance_switched_off" | "no_replica" | "model_unserved" | "provider_key_flagged" | "schema_old" | "jobs_late" | "route_cooling" | "model_without_price" | "limit_nearly_used" | "letters_failed" | "letters_waiting" | "service_unanswered" | "build_old" | "replica_versions" | "credentials_expiring" | "price_differs" | "assurance_one_role" | "one_owner";
            /** Count */
            count: number;
            /** Runbook */
            runbook: string | null;
            /**
             * Severity
             * @enum {string}
             */
            severity: "critical" | "warning" | "notice";
            /** Since */
            since: string | null;
            /** Target */
            target: string;
            /** Words */
            words: string;
        };
        /**
         * Forgot
         * @description Whose password is forgotten.
         */
        Forgot: {
            /** Identifier */
            identifier: string;
        };
        /**
         * ForgotShown
         * @description The same for everybody. Without mail, only an administrator can give out a link.
         */
        ForgotShown: {
            /** Sends Mail */
            sends_mail: boolean;
        };
        /**
         * FoundShown
         * @description What was found in the installed version: those that can be called here first, and `total`, how many there are in all.
         */
        FoundShown: {
            /** Items */
            items: components["schemas"]["EntryShown"][];
            /** Total */
            total: number;
            /** Version */
            version: string;
        };
        /**
         * Grant
         * @description Who may use which model. A limit that is absent or null is none; 0 allows nothing.
         */
        Grant: {
            /**
             * Member Id
             * Format: uuid
             */
            member_id: string;
            /**
             * Model Id
             * Format: uuid
             */
            model_id: string;
            /** Monthly Cost Usd */
            monthly_cost_usd?: string | null;
            /** Monthly Tokens */
            monthly_tokens?: number | null;
        };
        /**
         * HeatMapShown
         * @description All 168 hours of the week, on the clocks of the zone.
         */
        HeatMapShown: {
            /** Cells */
            cells: components["schemas"]["CellShown"][];
            /** Range */
            range: ("today" | "yesterday" | "this_week" | "last_week" | "this_month" | "last_month" | "this_quarter" | "last_quarter" | "this_year" | "last_24_hours" | "last_7_days" | "last_30_days") | null;
            /**
             * Since
             * Format: date-time
             */
            since: string;
            /**
             * Until
             * Format: date-time
             */
            until: string;
            /** Zone */
            zone: string;
        };
        /**
         * IdentityShown
         * @description A subject at an issuer, who is this member here.
         */
        IdentityShown: {
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /** Issuer */
            issuer: string;
            /** Subject */
            subject: string;
        };
        /**
         * Issue
         * @description A new credential. `expires_at` absent is the organization's usual life, null is never.
         *
         *     `allocation_ids` absent or null is all of the member's, now and later; a list is exactly those, an empty one none.
         *     `source_networks` are those it may be used from; null is anywhere. `limits` are in place of the usual ones
         *     of the same kind; the others of these stay.
         */
        Issue: {
            /** Allocation Ids */
            allocation_ids?: string[] | null;
            /** Expires At */
            expires_at?: string | null;
            /** Limits */
            limits?: components["schemas"]["LimitGiven"][];
            /**
             * Member Id
             * Format: uuid
             */
            member_id: string;
            /** Name */
            name: string;
            /** Prefix */
            prefix?: string | null;
            /** Source Networks */
            source_networks?: string[] | null;
        };
        /**
         * JobShown
         * @description A job of the worker. `failed_at` and `error`, the kind of fault, are null unless it failed since it was done.
         */
        JobShown: {
            /** Done At */
            done_at: string | null;
            /** Error */
            error: string | null;
            /** Every S */
            every_s: number;
            /** Failed At */
            failed_at: string | null;
            /**
             * Known At
             * Format: date-time
             */
            known_at: string;
            /** Name */
            name: string;
        };
        /**
         * LatencyOfShown
         * @description How long calls took that ended well. `first_byte` is of the `first_byte_calls` that were streamed.
         */
        LatencyOfShown: {
            /** Calls */
            calls: number;
            first_byte: components["schemas"]["PercentilesShown"];
            /** First Byte Calls */
            first_byte_calls: number;
            whole: components["schemas"]["PercentilesShown"];
        };
        /**
         * LatencyRowShown
         * @description Those of one model or provider.
         */
        LatencyRowShown: {
            /** Calls */
            calls: number;
            first_byte: components["schemas"]["PercentilesShown"];
            /** First Byte Calls */
            first_byte_calls: number;
            /** Key */
            key: string | null;
            whole: components["schemas"]["PercentilesShown"];
        };
        /**
         * LatencyShown
         * @description Percentiles of the period's newest calls.
         *
         *     `looked_at` is how many records were read, and `looked_at_since` where the oldest of them began; where that is not the whole
         *     period, `is_whole` is false.
         */
        LatencyShown: {
            /**
             * By
             * @enum {string}
             */
            by: "model" | "provider";
            /** Is Whole */
            is_whole: boolean;
            /** Items */
            items: components["schemas"]["LatencyRowShown"][];
            /** Looked At */
            looked_at: number;
            /** Looked At Since */
            looked_at_since: string | null;
            /** Range */
            range: ("today" | "yesterday" | "this_week" | "last_week" | "this_month" | "last_month" | "this_quarter" | "last_quarter" | "this_year" | "last_24_hours" | "last_7_days" | "last_30_days") | null;
            /**
             * Since
             * Format: date-time
             */
            since: string;
            total: components["schemas"]["LatencyOfShown"];
            /**
             * Until
             * Format: date-time
             */
            until: string;
            /** Zone */
            zone: string;
        };
        /**
         * LimitChange
         * @description What of a limit can change. To take it away, delete it: an amount is never null.
         */
        LimitChange: {
            /**
             * Amount
             * @description Requests, tokens or calls at a time; a decimal string of USD where the metric is `cost`
             */
            amount?: number | string;
            /**
             * On Exceed
             * @enum {string}
             */
            on_exceed?: "reject" | "warn";
        };
        /**
         * LimitFound
         * @description A limit with what is left; `left` is null where each member or credential has the whole amount for itself.
         */
        LimitFound: {
            /**
             * Amount
             * @description Requests, tokens or calls at a time; a decimal string of USD where the metric is `cost`
             */
            amount: number | string;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /**
             * Id
             * Format: uuid
             */
            id: string;
            left: components["schemas"]["LimitLeft"] | null;
            /**
             * Metric
             * @enum {string}
             */
            metric: "requests" | "input_tokens" | "output_tokens" | "total_tokens" | "cost" | "concurrency";
            /**
             * On Exceed
             * @enum {string}
             */
            on_exceed: "reject" | "warn";
            /**
             * Partition By
             * @enum {string}
             */
            partition_by: "subject" | "member" | "credential";
            /** Subject Id */
            subject_id: string | null;
            /**
             * Subject Kind
             * @enum {string}
             */
            subject_kind: "global" | "tag" | "member" | "allocation" | "credential" | "provider_key";
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
            /**
             * Window Kind
             * @enum {string}
             */
            window_kind: "request" | "sliding" | "day" | "month" | "lifetime";
            /** Window S */
            window_s: number | null;
            /** Zone */
            zone: string | null;
        };
        /**
         * LimitGiven
         * @description A limit of the new credential. `amount` null is none of this kind, also where one is usual; 0 allows nothing.
         */
        LimitGiven: {
            /** Amount */
            amount: (number | string) | null;
            /**
             * Metric
             * @enum {string}
             */
            metric: "requests" | "input_tokens" | "output_tokens" | "total_tokens" | "cost" | "concurrency";
            /**
             * On Exceed
             * @default reject
             * @enum {string}
             */
            on_exceed?: "reject" | "warn";
            /**
             * Window Kind
             * @enum {string}
             */
            window_kind: "request" | "sliding" | "day" | "month" | "lifetime";
            /** Window S */
            window_s?: number | null;
            /** Zone */
            zone?: string | null;
        };
        /**
         * LimitInFull
         * @description A limit with whose it is and what is left, and how many calls it refused this month.
         *
         *     `subject` is null of the whole; `refused` of a provider key's, and while the index for it is built.
         */
        LimitInFull: {
            /**
             * Amount
             * @description Requests, tokens or calls at a time; a decimal string of USD where the metric is `cost`
             */
            amount: number | string;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /**
             * Id
             * Format: uuid
             */
            id: string;
            left: components["schemas"]["LimitLeft"] | null;
            /**
             * Metric
             * @enum {string}
             */
            metric: "requests" | "input_tokens" | "output_tokens" | "total_tokens" | "cost" | "concurrency";
            /**
             * On Exceed
             * @enum {string}
             */
            on_exceed: "reject" | "warn";
            /**
             * Partition By
             * @enum {string}
             */
            partition_by: "subject" | "member" | "credential";
            refused: components["schemas"]["RefusedThisMonth"] | null;
            subject: components["schemas"]["SubjectShown"] | null;
            /** Subject Id */
            subject_id: string | null;
            /**
             * Subject Kind
             * @enum {string}
             */
            subject_kind: "global" | "tag" | "member" | "allocation" | "credential" | "provider_key";
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
            /**
             * Window Kind
             * @enum {string}
             */
            window_kind: "request" | "sliding" | "day" | "month" | "lifetime";
            /** Window S */
            window_s: number | null;
            /** Zone */
            zone: string | null;
        };
        /**
         * LimitLeft
         * @description What is left under a limit. Where each member or credential has the whole amount, `partition_id` is whose this is.
         *
         *     `used` may pass `limit`: what a call really used is always booked. Of calls at a time those that run are `used`.
         */
        LimitLeft: {
            /**
             * Held
             * @description Requests, tokens or calls at a time; a decimal string of USD where the metric is `cost`
             */
            held: number | string;
            /** Left */
            left: (number | string) | null;
            /** Limit */
            limit: (number | string) | null;
            /** Limit Id */
            limit_id: string | null;
            /**
             * Metric
             * @enum {string}
             */
            metric: "requests" | "input_tokens" | "output_tokens" | "total_tokens" | "cost" | "concurrency";
            /**
             * On Exceed
             * @enum {string}
             */
            on_exceed: "reject" | "warn";
            /**
             * Partition By
             * @enum {string}
             */
            partition_by: "subject" | "member" | "credential";
            /** Partition Id */
            partition_id: string | null;
            /** Resets At */
            resets_at: string | null;
            /**
             * Scope
             * @enum {string}
             */
            scope: "global" | "tag" | "member" | "allocation" | "credential" | "provider_key";
            /** Subject Id */
            subject_id: string | null;
            /**
             * Used
             * @description Requests, tokens or calls at a time; a decimal string of USD where the metric is `cost`
             */
            used: number | string;
            /** Window */
            window: string;
            /**
             * Window Kind
             * @enum {string}
             */
            window_kind: "request" | "sliding" | "day" | "month" | "lifetime";
            /** Window S */
            window_s: number | null;
            /** Window Start */
            window_start: string | null;
            /** Zone */
            zone: string | null;
        };
        /**
         * LimitPreview
         * @description What a write would do. Nothing was changed.
         */
        LimitPreview: {
            /**
             * Dry Run
             * @constant
             */
            dry_run: true;
            over: components["schemas"]["OverShown"];
        };
        /**
         * LimitSet
         * @description A limit to be set. What it is of and what it counts cannot be changed later; its amount and `on_exceed` can.
         *
         *     `window_s` is the length of a sliding window in seconds. Calls at a time (`concurrency`) have the window `lifetime`.
         *     `zone` is for days and months; null is the organization's. An `amount` of 0 allows nothing.
         */
        LimitSet: {
            /**
             * Amount
             * @description Requests, tokens or calls at a time; a decimal string of USD where the metric is `cost`
             */
            amount: number | string;
            /**
             * Metric
             * @enum {string}
             */
            metric: "requests" | "input_tokens" | "output_tokens" | "total_tokens" | "cost" | "concurrency";
            /**
             * On Exceed
             * @default reject
             * @enum {string}
             */
            on_exceed?: "reject" | "warn";
            /**
             * Partition By
             * @default subject
             * @enum {string}
             */
            partition_by?: "subject" | "member" | "credential";
            /** Subject Id */
            subject_id?: string | null;
            /**
             * Subject Kind
             * @enum {string}
             */
            subject_kind: "global" | "tag" | "member" | "allocation" | "credential" | "provider_key";
            /**
             * Window Kind
             * @enum {string}
             */
            window_kind: "request" | "sliding" | "day" | "month" | "lifetime";
            /** Window S */
            window_s?: number | null;
            /** Zone */
            zone?: string | null;
        };
        /**
         * LimitsLeft
         * @description What is left under every limit of a member's calls, by whose limit it is.
         */
        LimitsLeft: {
            /** Allocation */
            allocation: components["schemas"]["LimitLeft"][];
            /** Credential */
            credential: components["schemas"]["LimitLeft"][];
            /**
             * Everybody
             * @description Limits of the whole, of kind `global`
             */
            everybody: components["schemas"]["LimitLeft"][];
            /** Member */
            member: components["schemas"]["LimitLeft"][];
            /** Tag */
            tag: components["schemas"]["LimitLeft"][];
        };
        /**
         * LimitWanted
         * @description A limit of a whole allocation. `window_s` is the length of a sliding window in seconds; an `amount` of 0 allows nothing.
         *
         *     `zone` is for days and months; null is the organization's.
         */
        LimitWanted: {
            /**
             * Amount
             * @description Requests, tokens or calls at a time; a decimal string of USD where the metric is `cost`
             */
            amount: number | string;
            /**
             * Metric
             * @enum {string}
             */
            metric: "requests" | "input_tokens" | "output_tokens" | "total_tokens" | "cost" | "concurrency";
            /**
             * On Exceed
             * @default reject
             * @enum {string}
             */
            on_exceed?: "reject" | "warn";
            /**
             * Window Kind
             * @enum {string}
             */
            window_kind: "request" | "sliding" | "day" | "month" | "lifetime";
            /** Window S */
            window_s?: number | null;
            /** Zone */
            zone?: string | null;
        };
        /**
         * LineShown
         * @description What became of a line: `made`, `exists` (that member was not touched), or `wrong`, for the reason in `code` and `detail`.
         *
         *     `url` is the invitation, shown this once; `mailed` whether a letter with it is on its way.
         */
        LineShown: {
            /** Code */
            code: string | null;
            /** Detail */
            detail: string | null;
            /** Display Name */
            display_name: string;
            /** Expires At */
            expires_at: string | null;
            /** Identifier */
            identifier: string;
            /** Line */
            line: number;
            /** Mailed */
            mailed: boolean;
            /** Member Id */
            member_id: string | null;
            /**
             * Result
             * @enum {string}
             */
            result: "made" | "exists" | "wrong";
            /** Url */
            url: string | null;
        };
        /**
         * LinkMade
         * @description A new link. `url` is shown this once; `mailed` is whether a letter with it is on its way.
         */
        LinkMade: {
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Created By */
            created_by: string | null;
            /**
             * Expires At
             * Format: date-time
             */
            expires_at: string;
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /**
             * Kind
             * @enum {string}
             */
            kind: "invitation" | "reset" | "set_up";
            /** Mailed */
            mailed: boolean;
            /**
             * Member Id
             * Format: uuid
             */
            member_id: string;
            /** Revoked At */
            revoked_at: string | null;
            /** Url */
            url: string;
            /** Used At */
            used_at: string | null;
        };
        /**
         * LinkSecret
         * @description Which link.
         */
        LinkSecret: {
            /** Secret */
            secret: string;
        };
        /** Listed[AccessTokenShown] */
        Listed_AccessTokenShown_: {
            /** Items */
            items: components["schemas"]["AccessTokenShown"][];
            /** Next */
            next: string | null;
        };
        /** Listed[AliasShown] */
        Listed_AliasShown_: {
            /** Items */
            items: components["schemas"]["AliasShown"][];
            /** Next */
            next: string | null;
        };
        /** Listed[AllocationShown] */
        Listed_AllocationShown_: {
            /** Items */
            items: components["schemas"]["AllocationShown"][];
            /** Next */
            next: string | null;
        };
        /** Listed[CallRecordShown] */
        Listed_CallRecordShown_: {
            /** Items */
            items: components["schemas"]["CallRecordShown"][];
            /** Next */
            next: string | null;
        };
        /** Listed[CredentialEventShown] */
        Listed_CredentialEventShown_: {
            /** Items */
            items: components["schemas"]["CredentialEventShown"][];
            /** Next */
            next: string | null;
        };
        /** Listed[CredentialListed] */
        Listed_CredentialListed_: {
            /** Items */
            items: components["schemas"]["CredentialListed"][];
            /** Next */
            next: string | null;
        };
        /** Listed[EventShown] */
        Listed_EventShown_: {
            /** Items */
            items: components["schemas"]["EventShown"][];
            /** Next */
            next: string | null;
        };
        /** Listed[IdentityShown] */
        Listed_IdentityShown_: {
            /** Items */
            items: components["schemas"]["IdentityShown"][];
            /** Next */
            next: string | null;
        };
        /** Listed[LimitInFull] */
        Listed_LimitInFull_: {
            /** Items */
            items: components["schemas"]["LimitInFull"][];
            /** Next */
            next: string | null;
        };
        /** Listed[LinkShown] */
        Listed_LinkShown_: {
            /** Items */
            items: components["schemas"]["ai_api__portal__admin__member_links__LinkShown"][];
            /** Next */
            next: string | null;
        };
        /** Listed[MemberListed] */
        Listed_MemberListed_: {
            /** Items */
            items: components["schemas"]["MemberListed"][];
            /** Next */
            next: string | null;
        };
        /** Listed[MemberOfTagShown] */
        Listed_MemberOfTagShown_: {
            /** Items */
            items: components["schemas"]["MemberOfTagShown"][];
            /** Next */
            next: string | null;
        };
        /** Listed[MemberSessionShown] */
        Listed_MemberSessionShown_: {
            /** Items */
            items: components["schemas"]["MemberSessionShown"][];
            /** Next */
            next: string | null;
        };
        /** Listed[ModelListed] */
        Listed_ModelListed_: {
            /** Items */
            items: components["schemas"]["ModelListed"][];
            /** Next */
            next: string | null;
        };
        /** Listed[MyAllocationShown] */
        Listed_MyAllocationShown_: {
            /** Items */
            items: components["schemas"]["MyAllocationShown"][];
            /** Next */
            next: string | null;
        };
        /** Listed[MyCallRecordShown] */
        Listed_MyCallRecordShown_: {
            /** Items */
            items: components["schemas"]["MyCallRecordShown"][];
            /** Next */
            next: string | null;
        };
        /** Listed[MyCredentialShown] */
        Listed_MyCredentialShown_: {
            /** Items */
            items: components["schemas"]["MyCredentialShown"][];
            /** Next */
            next: string | null;
        };
        /** Listed[MyModelShown] */
        Listed_MyModelShown_: {
            /** Items */
            items: components["schemas"]["MyModelShown"][];
            /** Next */
            next: string | null;
        };
        /** Listed[PriceShown] */
        Listed_PriceShown_: {
            /** Items */
            items: components["schemas"]["PriceShown"][];
            /** Next */
            next: string | null;
        };
        /** Listed[ProviderKeyListed] */
        Listed_ProviderKeyListed_: {
            /** Items */
            items: components["schemas"]["ProviderKeyListed"][];
            /** Next */
            next: string | null;
        };
        /** Listed[RouteShown] */
        Listed_RouteShown_: {
            /** Items */
            items: components["schemas"]["RouteShown"][];
            /** Next */
            next: string | null;
        };
        /** Listed[SessionShown] */
        Listed_SessionShown_: {
            /** Items */
            items: components["schemas"]["SessionShown"][];
            /** Next */
            next: string | null;
        };
        /** Listed[TagOpened] */
        Listed_TagOpened_: {
            /** Items */
            items: components["schemas"]["TagOpened"][];
            /** Next */
            next: string | null;
        };
        /** Listed[TagRuleShown] */
        Listed_TagRuleShown_: {
            /** Items */
            items: components["schemas"]["TagRuleShown"][];
            /** Next */
            next: string | null;
        };
        /** Listed[UpstreamModelShown] */
        Listed_UpstreamModelShown_: {
            /** Items */
            items: components["schemas"]["UpstreamModelShown"][];
            /** Next */
            next: string | null;
        };
        /**
         * ManyStopping
         * @description What stops of one kind: how many, and the first 20 of them.
         */
        ManyStopping: {
            /** Count */
            count: number;
            /** First */
            first: components["schemas"]["StoppingShown"][];
        };
        /**
         * MemberChange
         * @description What to change of a member. Who answers for a service account can change, but not become nobody.
         */
        MemberChange: {
            /** Display Name */
            display_name?: string;
            /**
             * Responsible Member Id
             * Format: uuid
             */
            responsible_member_id?: string;
            /**
             * Role
             * @enum {string}
             */
            role?: "member" | "admin" | "owner";
            /**
             * Status
             * @enum {string}
             */
            status?: "active" | "disabled";
        };
        /**
         * MemberCreate
         * @description A member to be made, active at once. A service account names who answers for it.
         */
        MemberCreate: {
            /** Display Name */
            display_name: string;
            /** Identifier */
            identifier: string;
            /**
             * Kind
             * @default person
             * @enum {string}
             */
            kind?: "person" | "service";
            /** Responsible Member Id */
            responsible_member_id?: string | null;
            /**
             * Role
             * @default member
             * @enum {string}
             */
            role?: "member" | "admin" | "owner";
        };
        /**
         * MemberDisable
         * @description What becomes of the active service accounts the member answers for: `keep` lets them go on until somebody else does.
         */
        MemberDisable: {
            /** Service Accounts */
            service_accounts?: ("keep" | "disable") | null;
        };
        /**
         * MemberListed
         * @description A member with how many `allocations` they have that are not revoked, and what they spent in the present calendar month.
         *
         *     `last_seen_at` is when they were last in the portal, used an access token or made a call, as far as it is still on record;
         *     null for never.
         */
        MemberListed: {
            /** Allocations */
            allocations: number;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Display Name */
            display_name: string;
            /** First Sign In */
            first_sign_in: ("awaited" | "link_expired") | null;
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /** Identifier */
            identifier: string;
            /** Identity */
            identity: string;
            /**
             * Kind
             * @enum {string}
             */
            kind: "person" | "service";
            /** Last Seen At */
            last_seen_at: string | null;
            /** Responsible Member Id */
            responsible_member_id: string | null;
            /**
             * Role
             * @enum {string}
             */
            role: "member" | "admin" | "owner";
            /**
             * Status
             * @enum {string}
             */
            status: "active" | "disabled";
            /** Tags */
            tags: components["schemas"]["TagOfMemberShown"][];
            this_month: components["schemas"]["SpentShown"];
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
        };
        /**
         * MemberOfTagShown
         * @description A member that was given a tag. `first_sign_in` is of a person who has never signed in, and null of everybody else.
         */
        MemberOfTagShown: {
            /** Display Name */
            display_name: string;
            /** First Sign In */
            first_sign_in: ("awaited" | "link_expired") | null;
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /** Identifier */
            identifier: string;
            /**
             * Kind
             * @enum {string}
             */
            kind: "person" | "service";
            /**
             * Status
             * @enum {string}
             */
            status: "active" | "disabled";
            /**
             * Tagged At
             * Format: date-time
             */
            tagged_at: string;
        };
        /**
         * MemberOpened
         * @description A member by themself. `first_sign_in` is of a person who has never signed in: `awaited`, or `link_expired` where their
         *     invitation lets them no longer; null of everybody else.
         */
        MemberOpened: {
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Display Name */
            display_name: string;
            /** First Sign In */
            first_sign_in: ("awaited" | "link_expired") | null;
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /** Identifier */
            identifier: string;
            /** Identity */
            identity: string;
            /**
             * Kind
             * @enum {string}
             */
            kind: "person" | "service";
            /** Responsible Member Id */
            responsible_member_id: string | null;
            /**
             * Role
             * @enum {string}
             */
            role: "member" | "admin" | "owner";
            /**
             * Status
             * @enum {string}
             */
            status: "active" | "disabled";
            /** Tags */
            tags: components["schemas"]["TagOfMemberShown"][];
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
        };
        /**
         * MembersBulk
         * @description A list of people, as `lines` or as the text of a `csv` file, and what all of them get.
         *
         *     A line is `ana@example.com`, `Ana <ana@example.com>`, or an identifier and a name separated by a comma, a semicolon or a
         *     tab. `invite` makes a link for each, mailed where mail is configured.
         */
        MembersBulk: {
            /** Csv */
            csv?: string | null;
            /**
             * Invite
             * @default false
             */
            invite?: boolean;
            /** Lines */
            lines?: string[] | null;
            /**
             * Role
             * @default member
             * @enum {string}
             */
            role?: "member" | "admin" | "owner";
            /** Tag Ids */
            tag_ids?: string[];
        };
        /**
         * MemberSearched
         * @description A member; administrators alone find them.
         */
        MemberSearched: {
            /** Display Name */
            display_name: string;
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /** Identifier */
            identifier: string;
            /** Status */
            status: string;
        };
        /**
         * MemberSessionsEnded
         * @description How many sessions are over now that were not before.
         */
        MemberSessionsEnded: {
            /** Ended */
            ended: number;
        };
        /**
         * MemberSessionShown
         * @description A browser that is signed in as the member.
         */
        MemberSessionShown: {
            /** Address */
            address: string | null;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /**
             * Expires At
             * Format: date-time
             */
            expires_at: string;
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /**
             * Method
             * @enum {string}
             */
            method: "password" | "oidc" | "link";
            /**
             * Seen At
             * Format: date-time
             */
            seen_at: string;
            /** User Agent */
            user_agent: string;
        };
        /**
         * MembershipShown
         * @description What became of it: to how many members it made a difference, and to how many none. Sent again, it makes none.
         */
        MembershipShown: {
            /** Changed */
            changed: number;
            tag: components["schemas"]["TagShown"];
            /** Unchanged */
            unchanged: number;
        };
        /**
         * MemberShown
         * @description A member. `responsible_member_id` is set for service accounts alone; `tags` are by priority and name.
         */
        MemberShown: {
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Display Name */
            display_name: string;
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /** Identifier */
            identifier: string;
            /** Identity */
            identity: string;
            /**
             * Kind
             * @enum {string}
             */
            kind: "person" | "service";
            /** Responsible Member Id */
            responsible_member_id: string | null;
            /**
             * Role
             * @enum {string}
             */
            role: "member" | "admin" | "owner";
            /**
             * Status
             * @enum {string}
             */
            status: "active" | "disabled";
            /** Tags */
            tags: components["schemas"]["TagOfMemberShown"][];
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
        };
        /**
         * MeShown
         * @description The caller, with every limit that matches their calls and what is left of it.
         *
         *     `csrf_token` is what a session's unsafe requests send as `X-CSRF-Token`; null for an access token, which needs none.
         */
        MeShown: {
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Csrf Token */
            csrf_token: string | null;
            /** Display Name */
            display_name: string;
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /** Identifier */
            identifier: string;
            /** Identity */
            identity: string;
            /**
             * Kind
             * @enum {string}
             */
            kind: "person" | "service";
            limits: components["schemas"]["LimitsLeft"];
            /**
             * Role
             * @enum {string}
             */
            role: "member" | "admin" | "owner";
            /**
             * Status
             * @enum {string}
             */
            status: "active" | "disabled";
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
        };
        /**
         * MethodsShown
         * @description How to sign in.
         *
         *     `sends_mail` says that a forgotten password can be reset by a letter; `set_up_needed` that nobody was made owner yet, so that
         *     nobody can sign in.
         */
        MethodsShown: {
            /** Oidc */
            oidc: components["schemas"]["OidcMethodShown"][];
            /** Password */
            password: boolean;
            /** Sends Mail */
            sends_mail: boolean;
            /** Set Up Needed */
            set_up_needed: boolean;
        };
        /**
         * MissingAssurance
         * @description Why audit events and call records could be changed after they were written, and what would prevent it.
         */
        MissingAssurance: {
            /**
             * Code
             * @enum {string}
             */
            code: "one_role" | "trigger_off";
            /** Detail */
            detail: string;
        };
        /**
         * ModelAudience
         * @description How many of all active `members` can see a model, and how many have an allocation of it that is not revoked, be it
         *     claimed or granted.
         */
        ModelAudience: {
            /** Holding */
            holding: number;
            /** Members */
            members: number;
            /** Seeing */
            seeing: number;
        };
        /**
         * ModelChange
         * @description What to change of a model. Its slug cannot: callers have written it down.
         *
         *     `claimable` lets whoever sees it take it, under the `default_limits`; those that were claimed before keep their own.
         */
        ModelChange: {
            /** Capabilities */
            capabilities?: {
                [key: string]: boolean;
            };
            /** Claimable */
            claimable?: boolean;
            /** Context Tokens */
            context_tokens?: number | null;
            /** Default Limits */
            default_limits?: components["schemas"]["LimitWanted"][];
            /** Description */
            description?: string;
            /** Display Name */
            display_name?: string;
            /** Hidden Reasoning */
            hidden_reasoning?: boolean;
            /** Operations */
            operations?: ("chat" | "responses" | "embeddings")[];
            /** Output Tokens Max */
            output_tokens_max?: number | null;
        };
        /**
         * ModelCreate
         * @description A model to be published. Restricted, and so visible to nobody yet, unless said otherwise.
         */
        ModelCreate: {
            /**
             * Access
             * @default restricted
             * @enum {string}
             */
            access?: "open" | "restricted";
            /** Capabilities */
            capabilities?: {
                [key: string]: boolean;
            };
            /** Context Tokens */
            context_tokens?: number | null;
            /**
             * Description
             * @default
             */
            description?: string;
            /** Display Name */
            display_name: string;
            /**
             * Hidden Reasoning
             * @default false
             */
            hidden_reasoning?: boolean;
            /** Operations */
            operations: ("chat" | "responses" | "embeddings")[];
            /** Output Tokens Max */
            output_tokens_max?: number | null;
            /** Slug */
            slug: string;
        };
        /**
         * ModelDetail
         * @description A model with its policy. Whom it allows is in force while `access` is restricted, whom it denies always.
         */
        ModelDetail: {
            /**
             * Access
             * @enum {string}
             */
            access: "open" | "restricted";
            /** Allowed Members */
            allowed_members: number;
            /** Allowed Tags */
            allowed_tags: number;
            /** Capabilities */
            capabilities: {
                [key: string]: boolean;
            };
            /** Claimable */
            claimable: boolean;
            /** Context Tokens */
            context_tokens: number | null;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Default Limits */
            default_limits: components["schemas"]["DefaultLimit"][];
            /** Denied Member Ids */
            denied_member_ids: string[];
            /** Denied Members */
            denied_members: number;
            /** Denied Tag Ids */
            denied_tag_ids: string[];
            /** Denied Tags */
            denied_tags: number;
            /** Description */
            description: string;
            /** Display Name */
            display_name: string;
            /** Hidden Reasoning */
            hidden_reasoning: boolean;
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /** Member Ids */
            member_ids: string[];
            /** Operations */
            operations: ("chat" | "responses" | "embeddings")[];
            /** Output Tokens Max */
            output_tokens_max: number | null;
            /** Slug */
            slug: string;
            /**
             * Status
             * @enum {string}
             */
            status: "active" | "archived";
            /** Tag Ids */
            tag_ids: string[];
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
        };
        /**
         * ModelImport
         * @description A model to be taken from the registry, by provider and key exactly as they are there. The slug is made of them if null.
         */
        ModelImport: {
            /** Key */
            key: string;
            /** Provider */
            provider: string;
            /** Slug */
            slug?: string | null;
        };
        /**
         * ModelListed
         * @description A model with the first few of its `routes_count` routes, those in use first, in the order in which they are tried.
         *
         *     `prices` are those of now, null where nobody has said what it costs. `calls_today` counts refused ones too.
         */
        ModelListed: {
            /**
             * Access
             * @enum {string}
             */
            access: "open" | "restricted";
            /** Allowed Members */
            allowed_members: number;
            /** Allowed Tags */
            allowed_tags: number;
            audience: components["schemas"]["AudienceShown"];
            /** Calls Today */
            calls_today: number;
            /** Capabilities */
            capabilities: {
                [key: string]: boolean;
            };
            /** Claimable */
            claimable: boolean;
            /** Context Tokens */
            context_tokens: number | null;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Default Limits */
            default_limits: components["schemas"]["DefaultLimit"][];
            /** Denied Members */
            denied_members: number;
            /** Denied Tags */
            denied_tags: number;
            /** Description */
            description: string;
            /** Display Name */
            display_name: string;
            /** Hidden Reasoning */
            hidden_reasoning: boolean;
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /** Operations */
            operations: ("chat" | "responses" | "embeddings")[];
            /** Output Tokens Max */
            output_tokens_max: number | null;
            prices: components["schemas"]["PricesInForce"] | null;
            /** Routes */
            routes: components["schemas"]["RouteInShortShown"][];
            /** Routes Count */
            routes_count: number;
            /** Slug */
            slug: string;
            /**
             * Status
             * @enum {string}
             */
            status: "active" | "archived";
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
        };
        /**
         * ModelsDecided
         * @description How many active models there are, and the first of them by slug.
         */
        ModelsDecided: {
            /** Models */
            models: number;
            /** Slugs */
            slugs: string[];
        };
        /**
         * ModelSearched
         * @description A model that the caller sees. Administrators see archived ones too.
         */
        ModelSearched: {
            /** Display Name */
            display_name: string;
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /** Slug */
            slug: string;
            /**
             * Status
             * @enum {string}
             */
            status: "active" | "archived";
        };
        /**
         * MonthUsed
         * @description What was called with a credential in the present month of the zone that was asked for, else of the organization's.
         */
        MonthUsed: {
            /**
             * Billed Cost Usd
             * Format: decimal
             * @description USD, at most nine decimals
             * @example 1.25
             */
            billed_cost_usd: string;
            /** Calls */
            calls: number;
            /** Input Tokens */
            input_tokens: number;
            /** Output Tokens */
            output_tokens: number;
            /** Unpriced Calls */
            unpriced_calls: number;
        };
        /**
         * MyAllocationFound
         * @description One of the caller's allocations. `every_limit` is what is left under all that match calls by it.
         */
        MyAllocationFound: {
            /** Claim Locked */
            claim_locked: boolean;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            every_limit: components["schemas"]["LimitsLeft"];
            /** Funded By */
            funded_by: string;
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /** Limits */
            limits: (components["schemas"]["TokensLeft"] | components["schemas"]["CostLeft"])[];
            /**
             * Member Id
             * Format: uuid
             */
            member_id: string;
            /** Model */
            model: string;
            /** Model Display Name */
            model_display_name: string;
            /**
             * Model Id
             * Format: uuid
             */
            model_id: string;
            /** Monthly Cost Usd */
            monthly_cost_usd: string | null;
            /** Monthly Tokens */
            monthly_tokens: number | null;
            /** Paused By */
            paused_by: ("member" | "admin") | null;
            /**
             * State
             * @enum {string}
             */
            state: "active" | "paused" | "quarantined" | "revoked";
            /** State Reason */
            state_reason: string;
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
        };
        /**
         * MyAllocationShown
         * @description One of the caller's allocations, with what its model is called.
         */
        MyAllocationShown: {
            /** Claim Locked */
            claim_locked: boolean;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Funded By */
            funded_by: string;
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /** Limits */
            limits: (components["schemas"]["TokensLeft"] | components["schemas"]["CostLeft"])[];
            /**
             * Member Id
             * Format: uuid
             */
            member_id: string;
            /** Model */
            model: string;
            /** Model Display Name */
            model_display_name: string;
            /**
             * Model Id
             * Format: uuid
             */
            model_id: string;
            /** Monthly Cost Usd */
            monthly_cost_usd: string | null;
            /** Monthly Tokens */
            monthly_tokens: number | null;
            /** Paused By */
            paused_by: ("member" | "admin") | null;
            /**
             * State
             * @enum {string}
             */
            state: "active" | "paused" | "quarantined" | "revoked";
            /** State Reason */
            state_reason: string;
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
        };
        /**
         * MyCallRecordFound
         * @description One of the caller's calls as it was billed, and what its client was told; `told` is null of a call that was not refused, or
         *     of which nobody can know.
         */
        MyCallRecordFound: {
            /** Allocation Id */
            allocation_id: string | null;
            /** Attempts */
            attempts: {
                [key: string]: unknown;
            }[];
            /** Billed Cost Usd */
            billed_cost_usd: string | null;
            /** Cache Write Tokens */
            cache_write_tokens: number;
            /** Cached Read Tokens */
            cached_read_tokens: number;
            /**
             * Call Id
             * Format: uuid
             */
            call_id: string;
            /** Client */
            client: string | null;
            /** Credential Id */
            credential_id: string | null;
            /** Details */
            details: {
                [key: string]: unknown;
            };
            /** Dialect */
            dialect: string;
            /** Finish Reason */
            finish_reason: string | null;
            /**
             * Finished At
             * Format: date-time
             */
            finished_at: string;
            /** First Byte At */
            first_byte_at: string | null;
            /** Funded By */
            funded_by: string;
            /** Input Tokens */
            input_tokens: number;
            /** List Cost Usd */
            list_cost_usd: string | null;
            /** Model */
            model: string | null;
            /** Model Id */
            model_id: string | null;
            /** Multiplier Millionths */
            multiplier_millionths: number;
            /** Operation */
            operation: string;
            /** Outcome */
            outcome: string;
            /** Output Tokens */
            output_tokens: number;
            /** Price Version Id */
            price_version_id: string | null;
            /** Provider */
            provider: string | null;
            /** Quantity */
            quantity: number | null;
            /** Reasoning Tokens */
            reasoning_tokens: number;
            /** Refused Count */
            refused_count: number;
            /** Request Id */
            request_id: string;
            /** Requested Model */
            requested_model: string | null;
            /** Service Tier */
            service_tier: string | null;
            /**
             * Started At
             * Format: date-time
             */
            started_at: string;
            /** Stream */
            stream: boolean;
            told?: components["schemas"]["Told"] | null;
            /** Unit */
            unit: string | null;
            /** Upstream Status */
            upstream_status: number | null;
            /** Usage Source */
            usage_source: string;
        };
        /**
         * MyCallRecordShown
         * @description One of the caller's calls as it was billed. A cost is null when no price was known, which is not the same as 0.
         *
         *     `details` are the facts of a refusal as they were then. In them and in `attempts` every amount of money is a decimal string
         *     of USD under a name in `_usd`.
         */
        MyCallRecordShown: {
            /** Allocation Id */
            allocation_id: string | null;
            /** Attempts */
            attempts: {
                [key: string]: unknown;
            }[];
            /** Billed Cost Usd */
            billed_cost_usd: string | null;
            /** Cache Write Tokens */
            cache_write_tokens: number;
            /** Cached Read Tokens */
            cached_read_tokens: number;
            /**
             * Call Id
             * Format: uuid
             */
            call_id: string;
            /** Client */
            client: string | null;
            /** Credential Id */
            credential_id: string | null;
            /** Details */
            details: {
                [key: string]: unknown;
            };
            /** Dialect */
            dialect: string;
            /** Finish Reason */
            finish_reason: string | null;
            /**
             * Finished At
             * Format: date-time
             */
            finished_at: string;
            /** First Byte At */
            first_byte_at: string | null;
            /** Funded By */
            funded_by: string;
            /** Input Tokens */
            input_tokens: number;
            /** List Cost Usd */
            list_cost_usd: string | null;
            /** Model */
            model: string | null;
            /** Model Id */
            model_id: string | null;
            /** Multiplier Millionths */
            multiplier_millionths: number;
            /** Operation */
            operation: string;
            /** Outcome */
            outcome: string;
            /** Output Tokens */
            output_tokens: number;
            /** Price Version Id */
            price_version_id: string | null;
            /** Provider */
            provider: string | null;
            /** Quantity */
            quantity: number | null;
            /** Reasoning Tokens */
            reasoning_tokens: number;
            /** Refused Count */
            refused_count: number;
            /** Request Id */
            request_id: string;
            /** Requested Model */
            requested_model: string | null;
            /** Service Tier */
            service_tier: string | null;
            /**
             * Started At
             * Format: date-time
             */
            started_at: string;
            /** Stream */
            stream: boolean;
            /** Unit */
            unit: string | null;
            /** Upstream Status */
            upstream_status: number | null;
            /** Usage Source */
            usage_source: string;
        };
        /**
         * MyCredentialFound
         * @description One of the caller's credentials, with every limit that matches calls with it and what is left of it.
         */
        MyCredentialFound: {
            /** All Allocations */
            all_allocations: boolean;
            /** Allocation Ids */
            allocation_ids: string[] | null;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Display */
            display: string;
            /** Expires At */
            expires_at: string | null;
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /** Last Client */
            last_client: string | null;
            /** Last Used At */
            last_used_at: string | null;
            limits: components["schemas"]["LimitsLeft"];
            /**
             * Member Id
             * Format: uuid
             */
            member_id: string;
            month: components["schemas"]["MonthUsed"];
            /** Name */
            name: string;
            /** Own Limits */
            own_limits: components["schemas"]["LimitLeft"][];
            /** Paused At */
            paused_at: string | null;
            /** Paused By */
            paused_by: ("member" | "admin") | null;
            /** Public Id */
            public_id: string;
            /** Revoked At */
            revoked_at: string | null;
            /** Source Networks */
            source_networks: string[] | null;
            /**
             * State
             * @enum {string}
             */
            state: "active" | "paused" | "expired" | "revoked";
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
        };
        /**
         * MyCredentialShown
         * @description One of the caller's credentials. `last_used_at` and `last_client` are of the last call with it, refused ones too.
         *
         *     `own_limits` is what is left under its own limits.
         */
        MyCredentialShown: {
            /** All Allocations */
            all_allocations: boolean;
            /** Allocation Ids */
            allocation_ids: string[] | null;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Display */
            display: string;
            /** Expires At */
            expires_at: string | null;
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /** Last Client */
            last_client: string | null;
            /** Last Used At */
            last_used_at: string | null;
            /**
             * Member Id
             * Format: uuid
             */
            member_id: string;
            month: components["schemas"]["MonthUsed"];
            /** Name */
            name: string;
            /** Own Limits */
            own_limits: components["schemas"]["LimitLeft"][];
            /** Paused At */
            paused_at: string | null;
            /** Paused By */
            paused_by: ("member" | "admin") | null;
            /** Public Id */
            public_id: string;
            /** Revoked At */
            revoked_at: string | null;
            /** Source Networks */
            source_networks: string[] | null;
            /**
             * State
             * @enum {string}
             */
            state: "active" | "paused" | "expired" | "revoked";
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
        };
        /**
         * MyIssue
         * @description A new credential. `expires_at` absent is the organization's usual life, null is never.
         *
         *     `allocation_ids` absent or null is all of the caller's, now and later; a list is exactly those, an empty one none.
         *     `source_networks` are those it may be used from; null is anywhere. `limits` are in place of the usual ones of the same kind,
         *     and never above them; the others of these stay.
         */
        MyIssue: {
            /** Allocation Ids */
            allocation_ids?: string[] | null;
            /** Expires At */
            expires_at?: string | null;
            /** Limits */
            limits?: components["schemas"]["LimitWanted"][];
            /** Name */
            name: string;
            /** Prefix */
            prefix?: string | null;
            /** Source Networks */
            source_networks?: string[] | null;
        };
        /**
         * MyModelShown
         * @description A model the caller sees. `prices` is null where nobody has said what it costs.
         *
         *     `access` is `granted`, `claimable` or `closed`; `why_not` says why it cannot be claimed, null where it can. Under
         *     `default_limits` it is claimed.
         */
        MyModelShown: {
            /**
             * Access
             * @enum {string}
             */
            access: "granted" | "claimable" | "closed";
            allocation: components["schemas"]["OwnAllocation"] | null;
            /** Capabilities */
            capabilities: {
                [key: string]: boolean;
            };
            /** Claimable */
            claimable: boolean;
            /** Context Tokens */
            context_tokens: number | null;
            /** Default Limits */
            default_limits: components["schemas"]["DefaultLimit"][];
            /** Description */
            description: string;
            /** Display Name */
            display_name: string;
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /** Operations */
            operations: ("chat" | "responses" | "embeddings")[];
            /** Output Tokens Max */
            output_tokens_max: number | null;
            prices: components["schemas"]["PricesInForce"] | null;
            /** Slug */
            slug: string;
            /** Why Not */
            why_not: ("already_granted" | "not_claimable" | "claim_locked") | null;
        };
        /**
         * MyUsageShown
         * @description The sums of a period. `since` and `until` are as they were summed: in whole quarters of an hour, outwards.
         */
        MyUsageShown: {
            /** Items */
            items: components["schemas"]["UsageShown"][];
            /**
             * Since
             * Format: date-time
             */
            since: string;
            /**
             * Until
             * Format: date-time
             */
            until: string;
            /** Zone */
            zone: string;
        };
        /**
         * NamedMember
         * @description A member, as a preview names them.
         */
        NamedMember: {
            /** Display Name */
            display_name: string;
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /** Identifier */
            identifier: string;
        };
        /**
         * Newcomer
         * @description Somebody who might sign in for the first time, and what their provider would say of them.
         */
        Newcomer: {
            /** Claims */
            claims?: {
                [key: string]: unknown;
            };
            /** Identifier */
            identifier: string;
        };
        /**
         * OidcMethodShown
         * @description One who may vouch for members: what to write on the button, and where it leads.
         */
        OidcMethodShown: {
            /** Label */
            label: string;
            /** Name */
            name: string;
            /** Start */
            start: string;
        };
        /**
         * OneOver
         * @description What stands over a limit: the subject itself, or a member or credential of it.
         */
        OneOver: {
            /** Id */
            id: string | null;
            /** Name */
            name: string;
        };
        /**
         * OverShown
         * @description How many accounts stand over the limit now, of `looked_at`, and the first 20; `complete` when those were all.
         */
        OverShown: {
            /** Complete */
            complete: boolean;
            /** Count */
            count: number;
            /** First */
            first: components["schemas"]["OneOver"][];
            /** Looked At */
            looked_at: number;
        };
        /**
         * OwnAllocation
         * @description The caller's allocation of a model that is not revoked.
         */
        OwnAllocation: {
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /** Paused By */
            paused_by: ("member" | "admin") | null;
            /**
             * State
             * @enum {string}
             */
            state: "active" | "paused" | "quarantined" | "revoked";
            /** State Reason */
            state_reason: string;
        };
        /**
         * PasswordChange
         * @description The password that the caller has, and the one they want.
         */
        PasswordChange: {
            /**
             * Current
             * Format: password
             */
            current: string;
            /**
             * New
             * Format: password
             */
            new: string;
        };
        /**
         * PasswordChanged
         * @description What the unsafe requests of this session send from now on; null for an access token, which has no session.
         */
        PasswordChanged: {
            /** Csrf Token */
            csrf_token: string | null;
        };
        /**
         * PasswordChoice
         * @description A link, and the password that is chosen by it.
         */
        PasswordChoice: {
            /** Password */
            password: string;
            /** Secret */
            secret: string;
        };
        /**
         * PercentilesShown
         * @description Milliseconds in which half, 95 % and 99 % of calls were done; null where there were none. Each is one that was measured.
         */
        PercentilesShown: {
            /** P50 Ms */
            p50_ms: number | null;
            /** P95 Ms */
            p95_ms: number | null;
            /** P99 Ms */
            p99_ms: number | null;
        };
        /**
         * PlaygroundTokenMade
         * @description A secret that calls in the name of the credential until it expires: this answer is the only place it ever stands in.
         */
        PlaygroundTokenMade: {
            /**
             * Expires At
             * Format: date-time
             */
            expires_at: string;
            /** Secret */
            secret: string;
        };
        /**
         * Policy
         * @description Who may see a model. Each list that is given replaces its own, whole; one that is left out stays as it is.
         */
        Policy: {
            /**
             * Access
             * @enum {string}
             */
            access: "open" | "restricted";
            /** Denied Member Ids */
            denied_member_ids?: string[];
            /** Denied Tag Ids */
            denied_tag_ids?: string[];
            /** Member Ids */
            member_ids: string[];
            /** Tag Ids */
            tag_ids?: string[];
        };
        /**
         * PreviewShown
         * @description Who would gain and who would lose sight of models. Nothing was changed. `models` are the first 20 slugs concerned.
         */
        PreviewShown: {
            /**
             * Dry Run
             * @constant
             */
            dry_run: true;
            gains: components["schemas"]["AffectedShown"];
            loses: components["schemas"]["AffectedShown"];
            /** Models */
            models: string[];
        };
        /**
         * PricePublish
         * @description Prices to be published, such as `{"input_usd": "1.25", "output_usd": "10"}`. `in_force_from` of null is now.
         */
        PricePublish: {
            /** In Force From */
            in_force_from: string | null;
            /**
             * Model Id
             * Format: uuid
             */
            model_id: string;
            /** Prices */
            prices: {
                [key: string]: unknown;
            };
        };
        /**
         * PriceShown
         * @description Prices of a model from a moment on, in decimal strings of USD: per million tokens, per request or per unit.
         *
         *     `source` is `administrator`, or the registry that they are from; `published_by` is who did, null where nobody knows.
         */
        PriceShown: {
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /**
             * In Force From
             * Format: date-time
             */
            in_force_from: string;
            /**
             * Model Id
             * Format: uuid
             */
            model_id: string;
            /** Prices */
            prices: {
                [key: string]: unknown;
            };
            /** Published By */
            published_by: string | null;
            /** Source */
            source: string;
        };
        /**
         * PricesInForce
         * @description Prices of now, in decimal strings of USD: per million tokens, per request or per unit.
         */
        PricesInForce: {
            /**
             * In Force From
             * Format: date-time
             */
            in_force_from: string;
            /** Prices */
            prices: {
                [key: string]: unknown;
            };
        };
        /**
         * ProbeShown
         * @description How asking the provider ended. `code` is `ok` or the reason.
         */
        ProbeShown: {
            /** Code */
            code: string;
            /** Latency Ms */
            latency_ms: number;
            /** Message */
            message: string;
            /** Ok */
            ok: boolean;
            /** Status */
            status: number | null;
        };
        /** Problem */
        Problem: {
            code: string;
            detail: string;
            details?: Record<string, never>;
            errors: {
                code: string;
                detail: string;
                field: string;
            }[];
            request_id: string;
            status: number;
            title: string;
            type: string;
        };
        /**
         * ProfileShown
         * @description The caller.
         */
        ProfileShown: {
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Display Name */
            display_name: string;
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /** Identifier */
            identifier: string;
            /** Identity */
            identity: string;
            /**
             * Kind
             * @enum {string}
             */
            kind: "person" | "service";
            /**
             * Role
             * @enum {string}
             */
            role: "member" | "admin" | "owner";
            /**
             * Status
             * @enum {string}
             */
            status: "active" | "disabled";
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
        };
        /**
         * Proof
         * @description The password of the caller, once more.
         */
        Proof: {
            /**
             * Password
             * Format: password
             */
            password: string;
        };
        /**
         * ProofShown
         * @description When the caller proved who they are.
         */
        ProofShown: {
            /**
             * Proved At
             * Format: date-time
             */
            proved_at: string;
        };
        /**
         * ProviderKeyChange
         * @description What to change. Another base URL or network option needs the secret again; null is the vendor's default, or none.
         */
        ProviderKeyChange: {
            /** Allow Private Network */
            allow_private_network?: boolean;
            /** Api Version */
            api_version?: string | null;
            /** Base Url */
            base_url?: string | null;
            /** Name */
            name?: string;
            /** Organization */
            organization?: string | null;
            /** Secret */
            secret?: string | null;
            /**
             * Status
             * @enum {string}
             */
            status?: "active" | "disabled";
        };
        /**
         * ProviderKeyCreate
         * @description A provider key to be connected. Without `base_url` the vendor's own is taken; a server of one's own needs one.
         */
        ProviderKeyCreate: {
            /**
             * Allow Private Network
             * @default false
             */
            allow_private_network?: boolean;
            /** Api Version */
            api_version?: string | null;
            /** Base Url */
            base_url?: string | null;
            /** Name */
            name: string;
            /** Organization */
            organization?: string | null;
            /** Provider */
            provider: string;
            /** Secret */
            secret?: string | null;
        };
        /**
         * ProviderKeyListed
         * @description A provider key with how it does, and what its calls came to in the present calendar month.
         *
         *     `state` is `working` for one that has answered since its secret or address last changed, `refused` by its provider,
         *     `unreachable` where the last test failed or all its routes did, or `not_tested`. `models` counts active ones that a route in
         *     use leads to by it. `last_success_at` is the beginning of the quarter of an hour in which a call by it last began that ended
         *     well, of the last 90 days; null for none.
         */
        ProviderKeyListed: {
            /** Allow Private Network */
            allow_private_network: boolean;
            /** Api Version */
            api_version: string | null;
            /** Base Url */
            base_url: string;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Flagged At */
            flagged_at: string | null;
            /** Flagged Code */
            flagged_code: string | null;
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /** Last Success At */
            last_success_at: string | null;
            /** Models */
            models: number;
            /** Name */
            name: string;
            /** Organization */
            organization: string | null;
            /** Provider */
            provider: string;
            /** Secret Display */
            secret_display: string | null;
            /**
             * State
             * @enum {string}
             */
            state: "working" | "not_tested" | "refused" | "unreachable" | "disabled";
            /**
             * Status
             * @enum {string}
             */
            status: "active" | "disabled";
            this_month: components["schemas"]["SpentShown"];
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
        };
        /**
         * ProviderKeyShown
         * @description A provider key. Of the secret only what tells it apart from others; null where there is none.
         */
        ProviderKeyShown: {
            /** Allow Private Network */
            allow_private_network: boolean;
            /** Api Version */
            api_version: string | null;
            /** Base Url */
            base_url: string;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Flagged At */
            flagged_at: string | null;
            /** Flagged Code */
            flagged_code: string | null;
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /** Name */
            name: string;
            /** Organization */
            organization: string | null;
            /** Provider */
            provider: string;
            /** Secret Display */
            secret_display: string | null;
            /**
             * Status
             * @enum {string}
             */
            status: "active" | "disabled";
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
        };
        /**
         * RefusedThisMonth
         * @description How many calls a limit refused or cut the answers of, in the organization's month from `since` until `until`.
         *
         *     They are the calls with its `limit_id` among the call records; one that is repeated counts as often. With `or_more` so many
         *     were counted, and there are more.
         */
        RefusedThisMonth: {
            /** Calls */
            calls: number;
            /** Or More */
            or_more: boolean;
            /**
             * Since
             * Format: date-time
             */
            since: string;
            /**
             * Until
             * Format: date-time
             */
            until: string;
        };
        /**
         * RegistryEntry
         * @description An entry of the registry, by provider and key exactly as they are there.
         */
        RegistryEntry: {
            /** Key */
            key: string;
            /** Provider */
            provider: string;
        };
        /**
         * Repair
         * @description What would mend it. Where a request does, `method`, `path` and `body` are that request; of a GET `body` are its parameters.
         *     `text` says it in English, and `kind` which it is. What `text` names is beside it: `tag`, the name of the tag that it gives or
         *     takes; `provider_key`, that of the key; `models`, the whole names to choose from; `count`, how many more tags there are.
         *
         *     What only the administrator can know is left out of `body`: prices, a provider key.
         */
        Repair: {
            /** Body */
            body?: {
                [key: string]: unknown;
            } | null;
            /** Count */
            count?: number | null;
            /**
             * Kind
             * @enum {string}
             */
            kind: "activate_member" | "activate_route" | "add_network" | "add_route" | "allow_by_name" | "enable_provider_key" | "extend_expiry" | "find_model" | "give_tag" | "grant_again" | "grant_model" | "grant_model_in_scope" | "issue_credential" | "name_another_model" | "offer_operation" | "open_route" | "publish_prices" | "put_in_scope" | "raise_limit" | "raise_provider_key_limits" | "release_allocation" | "remove_call_cap" | "remove_zero_limit" | "resume_allocation" | "resume_credential" | "see_more_tags" | "stop_denying_tags" | "take_tag" | "unarchive_model" | "use_whole_name" | "wait_for_provider" | "weigh_route";
            /** Method */
            method?: ("GET" | "POST" | "PUT" | "PATCH" | "DELETE") | null;
            /** Models */
            models?: string[] | null;
            /** Path */
            path?: string | null;
            /** Provider Key */
            provider_key?: string | null;
            /** Tag */
            tag?: string | null;
            /** Text */
            text: string;
        };
        /**
         * ReplicaShown
         * @description A process that serves calls, as it last said of itself.
         */
        ReplicaShown: {
            /** Beat */
            beat: number;
            /** Host */
            host: string;
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /**
             * Seen At
             * Format: date-time
             */
            seen_at: string;
            /**
             * Started At
             * Format: date-time
             */
            started_at: string;
            /** Swept At */
            swept_at: string | null;
            /** Version */
            version: string;
        };
        /**
         * ReportShown
         * @description Sums of a period, that equal the ledger. `note` says where rows overlap; elsewhere they add up to `total`.
         *
         *     `groups` counts all groups, those in the row `other` too. `steps` are null unless they were asked for.
         */
        ReportShown: {
            /**
             * By
             * @enum {string}
             */
            by: "member" | "allocation" | "credential" | "model" | "provider" | "provider_key" | "tag" | "outcome";
            /** Each */
            each: ("quarter_hour" | "hour" | "day" | "week" | "month") | null;
            /** Groups */
            groups: number;
            /** Items */
            items: components["schemas"]["RowShown"][];
            /**
             * Measure
             * @enum {string}
             */
            measure: "billed_cost" | "list_cost" | "calls" | "failed_calls" | "tokens";
            /** Note */
            note: string | null;
            /** Range */
            range: ("today" | "yesterday" | "this_week" | "last_week" | "this_month" | "last_month" | "this_quarter" | "last_quarter" | "this_year" | "last_24_hours" | "last_7_days" | "last_30_days") | null;
            /**
             * Since
             * Format: date-time
             */
            since: string;
            /** Steps */
            steps: components["schemas"]["ai_api__portal__reports_shown__StepShown"][] | null;
            total: components["schemas"]["SumsShown"];
            /**
             * Until
             * Format: date-time
             */
            until: string;
            /** Zone */
            zone: string;
        };
        /**
         * Rotate
         * @description How long the old secret works on beside the new one, in seconds: up to a day; 0 revokes it at once.
         */
        Rotate: {
            /**
             * Overlap S
             * @default 0
             */
            overlap_s?: number;
        };
        /**
         * RouteChange
         * @description What to change of a route; a timeout of null is the setting's again. For another provider key or model, make another.
         */
        RouteChange: {
            /** Connect S */
            connect_s?: number | null;
            /** First Byte S */
            first_byte_s?: number | null;
            /** Idle S */
            idle_s?: number | null;
            /** Priority */
            priority?: number;
            /**
             * Status
             * @enum {string}
             */
            status?: "active" | "disabled";
            /** Tag Ids */
            tag_ids?: string[];
            /** Total S */
            total_s?: number | null;
            /** Upstream Model */
            upstream_model?: string;
            /** Weight */
            weight?: number;
        };
        /**
         * RouteCreate
         * @description A route to be made, active at once. A timeout in seconds that is null, or left out, is the setting's.
         */
        RouteCreate: {
            /** Connect S */
            connect_s?: number | null;
            /** First Byte S */
            first_byte_s?: number | null;
            /** Idle S */
            idle_s?: number | null;
            /**
             * Model Id
             * Format: uuid
             */
            model_id: string;
            /**
             * Priority
             * @default 100
             */
            priority?: number;
            /**
             * Provider Key Id
             * Format: uuid
             */
            provider_key_id: string;
            /** Tag Ids */
            tag_ids?: string[];
            /** Total S */
            total_s?: number | null;
            /** Upstream Model */
            upstream_model: string;
            /**
             * Weight
             * @default 1
             */
            weight?: number;
        };
        /**
         * RouteInShortShown
         * @description A route by the name of its provider key. `standby` waits until a route before it fails, `disabled` is never chosen;
         *     one that is `cooling` is left alone until `cooling_until`.
         */
        RouteInShortShown: {
            /** Cooling Until */
            cooling_until: string | null;
            /**
             * Health
             * @enum {string}
             */
            health: "healthy" | "standby" | "cooling" | "probing" | "disabled";
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /** Provider Key */
            provider_key: string;
            /**
             * Provider Key Id
             * Format: uuid
             */
            provider_key_id: string;
        };
        /**
         * RouteOfModel
         * @description A route of the model, and why it would not serve the call; null where it would be tried.
         */
        RouteOfModel: {
            /** Flagged Code */
            flagged_code: string | null;
            /** Priority */
            priority: number;
            /** Provider */
            provider: string;
            /** Provider Key */
            provider_key: string;
            /**
             * Provider Key Id
             * Format: uuid
             */
            provider_key_id: string;
            /**
             * Route Id
             * Format: uuid
             */
            route_id: string;
            /** Upstream Model */
            upstream_model: string;
            /** Weight */
            weight: number;
            /** Why Not */
            why_not: ("other_tags" | "provider_key_disabled" | "operation_not_served") | ("route_disabled" | "no_weight" | "cooling" | "provider_key_limited") | null;
        };
        /**
         * RouteShown
         * @description One way to serve a model. Lower priorities are tried first; among equals, weights share.
         *
         *     Seconds to connect, until the answer's headers come, to stay silent in between, and for the whole call are null where the
         *     setting of the same name holds. With `tag_ids`, only members who have one of these tags are served by it. `health`
         *     is as in the list of models; `cooling` is null for a route that is well.
         */
        RouteShown: {
            /** Connect S */
            connect_s: number | null;
            cooling: components["schemas"]["CoolingShown"] | null;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** First Byte S */
            first_byte_s: number | null;
            /**
             * Health
             * @enum {string}
             */
            health: "healthy" | "standby" | "cooling" | "probing" | "disabled";
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /** Idle S */
            idle_s: number | null;
            /**
             * Model Id
             * Format: uuid
             */
            model_id: string;
            /** Priority */
            priority: number;
            /**
             * Provider Key Id
             * Format: uuid
             */
            provider_key_id: string;
            /**
             * Status
             * @enum {string}
             */
            status: "active" | "disabled";
            /** Tag Ids */
            tag_ids: string[];
            /** Total S */
            total_s: number | null;
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
            /** Upstream Model */
            upstream_model: string;
            /** Weight */
            weight: number;
        };
        /**
         * RowShown
         * @description One group: its `key` is an id, slug, provider or outcome, `name` what it is called now, or was when it was `deleted`.
         *
         *     `kind` is `none` for calls that have none of what is grouped by (untagged ones, for tags), `other` for all groups beyond
         *     the first ones; these have no key.
         */
        RowShown: {
            /**
             * Billed Cost Usd
             * Format: decimal
             * @description USD, at most nine decimals
             * @example 1.25
             */
            billed_cost_usd: string;
            /** Cache Write Tokens */
            cache_write_tokens: number;
            /** Cached Read Tokens */
            cached_read_tokens: number;
            /** Calls */
            calls: number;
            /** Deleted */
            deleted: boolean;
            /** Detail */
            detail: string | null;
            /**
             * Estimated Cost Usd
             * Format: decimal
             * @description USD, at most nine decimals
             * @example 1.25
             */
            estimated_cost_usd: string;
            /** Failed Calls */
            failed_calls: number;
            /** Failed Share */
            failed_share: number | null;
            /** Input Tokens */
            input_tokens: number;
            /** Key */
            key: string | null;
            /**
             * Kind
             * @enum {string}
             */
            kind: "group" | "none" | "other";
            /**
             * List Cost Usd
             * Format: decimal
             * @description USD, at most nine decimals
             * @example 1.25
             */
            list_cost_usd: string;
            /** Name */
            name: string | null;
            /** Output Tokens */
            output_tokens: number;
            /** Reasoning Tokens */
            reasoning_tokens: number;
            /** Unpriced Calls */
            unpriced_calls: number;
        };
        /**
         * RulesMet
         * @description The enabled rules that mean somebody, and the tags they would get.
         */
        RulesMet: {
            /** Rules */
            rules: components["schemas"]["TagRuleShown"][];
            /** Tag Ids */
            tag_ids: string[];
        };
        /**
         * SchemaShown
         * @description Which schema the database has, and the oldest build that can read it.
         */
        SchemaShown: {
            /** Readable From */
            readable_from: string;
            /** Revision */
            revision: string;
        };
        /**
         * Searched
         * @description What was found, at most 8 of each kind.
         */
        Searched: {
            /** Calls */
            calls: components["schemas"]["CallSearched"][];
            /** Credentials */
            credentials: components["schemas"]["CredentialSearched"][];
            /** Members */
            members: components["schemas"]["MemberSearched"][];
            /** Models */
            models: components["schemas"]["ModelSearched"][];
        };
        /**
         * SessionsEnded
         * @description How many sessions are over now that were not before.
         */
        SessionsEnded: {
            /** Ended */
            ended: number;
        };
        /**
         * SessionShown
         * @description A browser that is signed in. `current` is the one that asks.
         */
        SessionShown: {
            /** Address */
            address: string | null;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Current */
            current: boolean;
            /**
             * Expires At
             * Format: date-time
             */
            expires_at: string;
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /**
             * Method
             * @enum {string}
             */
            method: "password" | "oidc" | "link";
            /**
             * Proved At
             * Format: date-time
             */
            proved_at: string;
            /**
             * Seen At
             * Format: date-time
             */
            seen_at: string;
            /** User Agent */
            user_agent: string;
        };
        /**
         * SettingShown
         * @description A setting by the name of its variable. `value` is written as in the environment; it is null where nothing is set, and of a
         *     secret always: `is_set` says whether there is one.
         *
         *     `origin` is where it was said, and `variable` by which name: a file's path and a group of settings have names of their own.
         *     `program` is the command that runs, and `default` nobody.
         */
        SettingShown: {
            /** Is Secret */
            is_secret: boolean;
            /** Is Set */
            is_set: boolean;
            /** Name */
            name: string;
            /**
             * Origin
             * @enum {string}
             */
            origin: "environment" | "file" | "default" | "program";
            /** Value */
            value: string | null;
            /** Variable */
            variable: string | null;
        };
        /**
         * SettingsShown
         * @description Every setting of the process that answers, in the order of the documentation; another one may have others.
         */
        SettingsShown: {
            /** Items */
            items: components["schemas"]["SettingShown"][];
        };
        /**
         * SetUp
         * @description The first owner, who makes themself.
         */
        SetUp: {
            /** Display Name */
            display_name: string;
            /** Identifier */
            identifier: string;
            /** Password */
            password: string;
            /** Secret */
            secret: string;
        };
        /**
         * SignedInShown
         * @description Who is signed in now. `csrf_token` goes with each of their unsafe requests; `next` is the page to show.
         */
        SignedInShown: {
            /** Csrf Token */
            csrf_token: string;
            member: components["schemas"]["ProfileShown"];
            /** Next */
            next: string;
        };
        /**
         * SignIn
         * @description Who signs in by what, and which page of ours they want to see then.
         */
        SignIn: {
            /** Identifier */
            identifier: string;
            /**
             * Next
             * @description A path of this gateway, such as `/app/usage`.
             */
            next?: string | null;
            /**
             * Password
             * Format: password
             */
            password: string;
        };
        /**
         * SpentShown
         * @description What calls came to, refused ones too; the cost leaves out `unpriced_calls`, which nobody knows the price of.
         */
        SpentShown: {
            /**
             * Billed Cost Usd
             * Format: decimal
             * @description USD, at most nine decimals
             * @example 1.25
             */
            billed_cost_usd: string;
            /** Calls */
            calls: number;
            /** Unpriced Calls */
            unpriced_calls: number;
        };
        /**
         * StatementShown
         * @description What a month came to: by model, by member (of a tag, or of everybody) and by day; each adds up to `total`.
         */
        StatementShown: {
            /** Days */
            days: components["schemas"]["ai_api__portal__reports_shown__StepShown"][];
            /** Deleted */
            deleted: boolean;
            /** Detail */
            detail: string | null;
            /** Members */
            members: components["schemas"]["RowShown"][];
            /** Models */
            models: components["schemas"]["RowShown"][];
            /** Name */
            name: string | null;
            /** Range */
            range: ("today" | "yesterday" | "this_week" | "last_week" | "this_month" | "last_month" | "this_quarter" | "last_quarter" | "this_year" | "last_24_hours" | "last_7_days" | "last_30_days") | null;
            /**
             * Since
             * Format: date-time
             */
            since: string;
            total: components["schemas"]["SumsShown"];
            /**
             * Until
             * Format: date-time
             */
            until: string;
            /** Zone */
            zone: string;
        };
        /**
         * StepRowShown
         * @description One group in one step.
         */
        StepRowShown: {
            /**
             * Billed Cost Usd
             * Format: decimal
             * @description USD, at most nine decimals
             * @example 1.25
             */
            billed_cost_usd: string;
            /** Cache Write Tokens */
            cache_write_tokens: number;
            /** Cached Read Tokens */
            cached_read_tokens: number;
            /** Calls */
            calls: number;
            /**
             * Estimated Cost Usd
             * Format: decimal
             * @description USD, at most nine decimals
             * @example 1.25
             */
            estimated_cost_usd: string;
            /** Failed Calls */
            failed_calls: number;
            /** Failed Share */
            failed_share: number | null;
            /** Input Tokens */
            input_tokens: number;
            /** Key */
            key: string | null;
            /**
             * Kind
             * @enum {string}
             */
            kind: "group" | "none" | "other";
            /**
             * List Cost Usd
             * Format: decimal
             * @description USD, at most nine decimals
             * @example 1.25
             */
            list_cost_usd: string;
            /** Output Tokens */
            output_tokens: number;
            /** Reasoning Tokens */
            reasoning_tokens: number;
            /** Unpriced Calls */
            unpriced_calls: number;
        };
        /**
         * StoppingShown
         * @description Something that stops, with its member where it is a member's: at once, or at `stops_at`.
         */
        StoppingShown: {
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /** Name */
            name: string;
            /** Stops At */
            stops_at: string | null;
        };
        /**
         * StopsShown
         * @description What works now and would stop. Nothing was changed. `members` are those who lose by it.
         *
         *     `allocations` can be called no more: paused or taken back, hidden, or without a route; where the write is about a credential
         *     that goes on, by that. `models` lose their last route. `open_calls` are under way now and would end; of those that a provider
         *     key or a route may serve, all. `service_accounts` are those a member answers for who stops.
         */
        StopsShown: {
            /** Access Tokens */
            access_tokens: number;
            allocations: components["schemas"]["ManyStopping"];
            credentials: components["schemas"]["ManyStopping"];
            /**
             * Dry Run
             * @constant
             */
            dry_run: true;
            /** Identities */
            identities: number;
            /** Links */
            links: number;
            members: components["schemas"]["AffectedShown"];
            models: components["schemas"]["ManyStopping"];
            /** Open Calls */
            open_calls: number;
            service_accounts: components["schemas"]["AffectedShown"];
            /** Sessions */
            sessions: number;
        };
        /**
         * SubjectShown
         * @description What the subject of a limit is called: an allocation by its model. `member` is whose it is; null of nobody's alone.
         */
        SubjectShown: {
            /** Member */
            member: string | null;
            /** Member Id */
            member_id: string | null;
            /** Name */
            name: string;
        };
        /**
         * SuggestedPriceShown
         * @description The price that the registry suggests. It is charged only once it was applied.
         *
         *     `before` and `now` are the registry's facts about money, in its own words and in USD a unit, as they were when the price was
         *     imported or applied last, and now; `changed` names those that differ. `prices` is what can be published of them, null
         *     where `by_hand` says why it has to be published by hand. `outside` are facts that it leaves out, each with the reason.
         *     `here` is the price in force.
         */
        SuggestedPriceShown: {
            /** Applies */
            applies: boolean;
            /** Before */
            before: {
                [key: string]: unknown;
            };
            /** By Hand */
            by_hand: string[];
            /** Changed */
            changed: string[];
            /** Here */
            here: {
                [key: string]: unknown;
            } | null;
            /** Here Source */
            here_source: string | null;
            /** Now */
            now: {
                [key: string]: unknown;
            };
            /** Outside */
            outside: {
                [key: string]: string;
            };
            /** Prices */
            prices: {
                [key: string]: unknown;
            } | null;
            /** Unknown */
            unknown: string[];
            /** Version */
            version: string;
        };
        /**
         * SuggestionShown
         * @description An imported model beside the registry. `id` is the model's; null in a dry run, which made none.
         *
         *     `imported_version` is the version that the fields were taken from, `version` the one that is installed. `missing` says
         *     that this one has the model no more. `left_out` are abilities that cannot be kept.
         */
        SuggestionShown: {
            /** Facts */
            facts: components["schemas"]["FactShown"][];
            /** Id */
            id: string | null;
            /** Imported Version */
            imported_version: string;
            /** Key */
            key: string;
            /** Left Out */
            left_out: string[];
            /** Missing */
            missing: boolean;
            price: components["schemas"]["SuggestedPriceShown"];
            /** Provider */
            provider: string;
            /** Slug */
            slug: string;
            /** Source */
            source: string;
            /** Version */
            version: string;
            /** Withdrawn On */
            withdrawn_on: string | null;
        };
        /**
         * SumsShown
         * @description Sums of calls. `unpriced_calls` are in no cost: nobody knew their price. Input counts what was read from a cache.
         *
         *     `estimated_cost_usd` is the part of the billed cost whose usage no provider told, so that the gateway counted it.
         *
         *     `failed_calls` are those with another outcome than `ok`; `failed_share` is what part of all calls they are, to
         *     six decimals; null of none.
         */
        SumsShown: {
            /**
             * Billed Cost Usd
             * Format: decimal
             * @description USD, at most nine decimals
             * @example 1.25
             */
            billed_cost_usd: string;
            /** Cache Write Tokens */
            cache_write_tokens: number;
            /** Cached Read Tokens */
            cached_read_tokens: number;
            /** Calls */
            calls: number;
            /**
             * Estimated Cost Usd
             * Format: decimal
             * @description USD, at most nine decimals
             * @example 1.25
             */
            estimated_cost_usd: string;
            /** Failed Calls */
            failed_calls: number;
            /** Failed Share */
            failed_share: number | null;
            /** Input Tokens */
            input_tokens: number;
            /**
             * List Cost Usd
             * Format: decimal
             * @description USD, at most nine decimals
             * @example 1.25
             */
            list_cost_usd: string;
            /** Output Tokens */
            output_tokens: number;
            /** Reasoning Tokens */
            reasoning_tokens: number;
            /** Unpriced Calls */
            unpriced_calls: number;
        };
        /**
         * SystemChange
         * @description Settings of the organization. The zone is an IANA name; calendar windows begin at its midnight.
         *
         *     Whose identifier is of `registration_domains` becomes a member by signing in with a provider; none is nobody.
         *     `portal_networks` are those that `/api` may be used from; null is from anywhere.
         */
        SystemChange: {
            /** Organization Zone */
            organization_zone?: string;
            /** Portal Networks */
            portal_networks?: string[] | null;
            /** Registration Domains */
            registration_domains?: string[];
        };
        /**
         * SystemShown
         * @description What runs here. `version` is that of the process that answers; `your_address` is where this request came from.
         *
         *     `jobs` is empty where no worker ever ran; `missing_assurances` should be empty.
         */
        SystemShown: {
            /** Jobs */
            jobs: components["schemas"]["JobShown"][];
            /** Missing Assurances */
            missing_assurances: components["schemas"]["MissingAssurance"][];
            /** Organization Zone */
            organization_zone: string;
            /** Portal Networks */
            portal_networks: string[] | null;
            /** Registration Domains */
            registration_domains: string[];
            /** Replicas */
            replicas: components["schemas"]["ReplicaShown"][];
            schema: components["schemas"]["SchemaShown"];
            /** Version */
            version: string;
            /** Your Address */
            your_address: string | null;
        };
        /**
         * TagChange
         * @description What to change of a tag.
         */
        TagChange: {
            /** Everyone */
            everyone?: boolean;
            /** Name */
            name?: string;
            /** Priority */
            priority?: number;
        };
        /**
         * TagCreate
         * @description A tag to be made. Nobody has it yet, unless it is everyone's.
         */
        TagCreate: {
            /**
             * Everyone
             * @default false
             */
            everyone?: boolean;
            /** Name */
            name: string;
            /**
             * Priority
             * @default 100
             */
            priority?: number;
        };
        /**
         * TagMembers
         * @description Members, by id, by identifier in whatever case, or by both.
         */
        TagMembers: {
            /** Identifiers */
            identifiers?: string[];
            /** Member Ids */
            member_ids?: string[];
        };
        /**
         * TagOfMemberShown
         * @description A tag that applies to a member: given to them, or everyone's.
         */
        TagOfMemberShown: {
            /** Everyone */
            everyone: boolean;
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /** Name */
            name: string;
            /** Priority */
            priority: number;
        };
        /**
         * TagOpened
         * @description A tag with the restricted models that it `opens` to who has it, and the models that it `closes` to them, whatever else
         *     opens them.
         */
        TagOpened: {
            closes: components["schemas"]["ModelsDecided"];
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Everyone */
            everyone: boolean;
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /** Members */
            members: number;
            /** Name */
            name: string;
            opens: components["schemas"]["ModelsDecided"];
            /** Priority */
            priority: number;
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
        };
        /**
         * TagRuleChange
         * @description What to change of a rule. What it is afterwards is checked as a whole.
         */
        TagRuleChange: {
            /** Claim */
            claim?: string | null;
            /** Enabled */
            enabled?: boolean;
            /**
             * Kind
             * @enum {string}
             */
            kind?: "always" | "domain" | "suffix" | "local_part" | "identifier" | "claim";
            /** Name */
            name?: string;
            /**
             * Tag Id
             * Format: uuid
             */
            tag_id?: string;
            /** Value */
            value?: string | null;
        };
        /**
         * TagRuleCreate
         * @description A rule to be made. The kind `always` has no `value`; only the kind `claim` has a `claim`.
         */
        TagRuleCreate: {
            /** Claim */
            claim?: string | null;
            /**
             * Enabled
             * @default true
             */
            enabled?: boolean;
            /**
             * Kind
             * @enum {string}
             */
            kind: "always" | "domain" | "suffix" | "local_part" | "identifier" | "claim";
            /** Name */
            name: string;
            /**
             * Tag Id
             * Format: uuid
             */
            tag_id: string;
            /** Value */
            value?: string | null;
        };
        /**
         * TagRuleShown
         * @description A rule. `value` is a domain, the end of one, or a pattern of RE2's that matches the whole, by `kind`.
         */
        TagRuleShown: {
            /** Claim */
            claim: string | null;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Enabled */
            enabled: boolean;
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /**
             * Kind
             * @enum {string}
             */
            kind: "always" | "domain" | "suffix" | "local_part" | "identifier" | "claim";
            /** Name */
            name: string;
            /**
             * Tag Id
             * Format: uuid
             */
            tag_id: string;
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
            /** Value */
            value: string | null;
        };
        /**
         * TagShown
         * @description A tag. A lower priority comes first. `members` counts those that were given it; an `everyone` tag is every member's.
         */
        TagShown: {
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Everyone */
            everyone: boolean;
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /** Members */
            members: number;
            /** Name */
            name: string;
            /** Priority */
            priority: number;
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
        };
        /**
         * TokensLeft
         * @description Tokens, input and output together, in the present month of the organization's zone.
         */
        TokensLeft: {
            /** Held */
            held: number;
            /** Left */
            left: number | null;
            /** Limit */
            limit: number | null;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            metric: "total_tokens";
            /**
             * Resets At
             * Format: date-time
             */
            resets_at: string;
            /**
             * Scope
             * @constant
             */
            scope: "allocation";
            /** Used */
            used: number;
            /**
             * Window Kind
             * @constant
             */
            window_kind: "month";
            /**
             * Window Start
             * Format: date-time
             */
            window_start: string;
        };
        /**
         * Told
         * @description What the client of a refused call was told, as far as its record tells.
         *
         *     `sentence` are the pieces that are certain, in their order; between two of them, an empty one included, stood what is not
         *     stored. It is empty where nothing of the sentence is. `retry_after_s` is null where none was given, and where it is among
         *     what is `not_stored`. In a stream that had begun the status was 200, and the rest its last event.
         */
        Told: {
            /** Code */
            code: string | null;
            /** In Stream */
            in_stream: boolean;
            /** Not Stored */
            not_stored: ("sentence" | "part_of_sentence" | "retry_after")[];
            /** Retry After S */
            retry_after_s: number | null;
            /** Sentence */
            sentence: string[];
            /** Should Retry */
            should_retry: boolean | null;
            /** Status */
            status: number;
            /** Type */
            type: string | null;
        };
        /**
         * UpstreamModelShown
         * @description A model the provider says it has; null where it does not say. `operations` are those it can probably be asked for.
         */
        UpstreamModelShown: {
            /** Context Tokens */
            context_tokens: number | null;
            /** Display Name */
            display_name: string | null;
            /** Id */
            id: string;
            /** Operations */
            operations: ("chat" | "responses" | "embeddings")[];
            /** Output Tokens Max */
            output_tokens_max: number | null;
        };
        /**
         * UsageShown
         * @description A sum of calls. `unpriced_calls` are not in its cost: nobody knew their price.
         */
        UsageShown: {
            /**
             * Billed Cost Usd
             * Format: decimal
             * @description USD, at most nine decimals
             * @example 1.25
             */
            billed_cost_usd: string;
            /** Cache Write Tokens */
            cache_write_tokens: number;
            /** Cached Read Tokens */
            cached_read_tokens: number;
            /** Calls */
            calls: number;
            /** Credential Id */
            credential_id: string | null;
            /** Day */
            day: string | null;
            /** Input Tokens */
            input_tokens: number;
            /** Model */
            model: string | null;
            /** Output Tokens */
            output_tokens: number;
            /** Reasoning Tokens */
            reasoning_tokens: number;
            /** Refused Calls */
            refused_calls: number;
            /** Unpriced Calls */
            unpriced_calls: number;
        };
        /**
         * VerificationShown
         * @description What was found of the chain: `checked` places were right, from `from_seq` to `to_seq`, whose hash is `hash`.
         *
         *     `is_whole` says that they begin with the first of all; `broken` is null where none was wrong.
         */
        VerificationShown: {
            broken: components["schemas"]["BrokenShown"] | null;
            /** Checked */
            checked: number;
            /** From Seq */
            from_seq: number;
            /** Hash */
            hash: string;
            /** Is Whole */
            is_whole: boolean;
            /**
             * Looked At
             * Format: date-time
             */
            looked_at: string;
            /** To Seq */
            to_seq: number;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type AboutShown = components['schemas']['AboutShown'];
export type Acceptance = components['schemas']['Acceptance'];
export type AccessTokenCreate = components['schemas']['AccessTokenCreate'];
export type AccessTokenMade = components['schemas']['AccessTokenMade'];
export type AccessTokenShown = components['schemas']['AccessTokenShown'];
export type AffectedShown = components['schemas']['AffectedShown'];
export type AiApiPortalAdminAllocationsBecause = components['schemas']['ai_api__portal__admin__allocations__Because'];
export type AiApiPortalAdminAllocationsChange = components['schemas']['ai_api__portal__admin__allocations__Change'];
export type AiApiPortalAdminExplainStepShown = components['schemas']['ai_api__portal__admin__explain__StepShown'];
export type AiApiPortalAdminMemberLinksLinkShown = components['schemas']['ai_api__portal__admin__member_links__LinkShown'];
export type AiApiPortalAuthLinksLinkShown = components['schemas']['ai_api__portal__auth__links__LinkShown'];
export type AiApiPortalCredentialsShownBecause = components['schemas']['ai_api__portal__credentials_shown__Because'];
export type AiApiPortalCredentialsShownChange = components['schemas']['ai_api__portal__credentials_shown__Change'];
export type AiApiPortalReportsShownStepShown = components['schemas']['ai_api__portal__reports_shown__StepShown'];
export type AliasChange = components['schemas']['AliasChange'];
export type AliasCreate = components['schemas']['AliasCreate'];
export type AliasPreview = components['schemas']['AliasPreview'];
export type AliasShown = components['schemas']['AliasShown'];
export type AllocationFound = components['schemas']['AllocationFound'];
export type AllocationShown = components['schemas']['AllocationShown'];
export type AnswerShown = components['schemas']['AnswerShown'];
export type ApplicationShown = components['schemas']['ApplicationShown'];
export type AppliedPrice = components['schemas']['AppliedPrice'];
export type ApplyImport = components['schemas']['ApplyImport'];
export type ApplyPrice = components['schemas']['ApplyPrice'];
export type AttentionShown = components['schemas']['AttentionShown'];
export type AudienceShown = components['schemas']['AudienceShown'];
export type BrokenShown = components['schemas']['BrokenShown'];
export type BulkShown = components['schemas']['BulkShown'];
export type CallRecordFound = components['schemas']['CallRecordFound'];
export type CallRecordShown = components['schemas']['CallRecordShown'];
export type CallSearched = components['schemas']['CallSearched'];
export type CaseShown = components['schemas']['CaseShown'];
export type CellShown = components['schemas']['CellShown'];
export type Claim = components['schemas']['Claim'];
export type CoolingShown = components['schemas']['CoolingShown'];
export type CostLeft = components['schemas']['CostLeft'];
export type CredentialEventShown = components['schemas']['CredentialEventShown'];
export type CredentialFound = components['schemas']['CredentialFound'];
export type CredentialIssued = components['schemas']['CredentialIssued'];
export type CredentialListed = components['schemas']['CredentialListed'];
export type CredentialOfMember = components['schemas']['CredentialOfMember'];
export type CredentialSearched = components['schemas']['CredentialSearched'];
export type CredentialShown = components['schemas']['CredentialShown'];
export type DefaultLimit = components['schemas']['DefaultLimit'];
export type DeviceBegun = components['schemas']['DeviceBegun'];
export type DeviceChoice = components['schemas']['DeviceChoice'];
export type DeviceOrder = components['schemas']['DeviceOrder'];
export type DeviceRefused = components['schemas']['DeviceRefused'];
export type DeviceShown = components['schemas']['DeviceShown'];
export type DeviceToken = components['schemas']['DeviceToken'];
export type EntryShown = components['schemas']['EntryShown'];
export type EventShown = components['schemas']['EventShown'];
export type Explained = components['schemas']['Explained'];
export type ExplainedModels = components['schemas']['ExplainedModels'];
export type FacetsShown = components['schemas']['FacetsShown'];
export type FactShown = components['schemas']['FactShown'];
export type FindingShown = components['schemas']['FindingShown'];
export type Forgot = components['schemas']['Forgot'];
export type ForgotShown = components['schemas']['ForgotShown'];
export type FoundShown = components['schemas']['FoundShown'];
export type Grant = components['schemas']['Grant'];
export type HeatMapShown = components['schemas']['HeatMapShown'];
export type IdentityShown = components['schemas']['IdentityShown'];
export type Issue = components['schemas']['Issue'];
export type JobShown = components['schemas']['JobShown'];
export type LatencyOfShown = components['schemas']['LatencyOfShown'];
export type LatencyRowShown = components['schemas']['LatencyRowShown'];
export type LatencyShown = components['schemas']['LatencyShown'];
export type LimitChange = components['schemas']['LimitChange'];
export type LimitFound = components['schemas']['LimitFound'];
export type LimitGiven = components['schemas']['LimitGiven'];
export type LimitInFull = components['schemas']['LimitInFull'];
export type LimitLeft = components['schemas']['LimitLeft'];
export type LimitPreview = components['schemas']['LimitPreview'];
export type LimitSet = components['schemas']['LimitSet'];
export type LimitsLeft = components['schemas']['LimitsLeft'];
export type LimitWanted = components['schemas']['LimitWanted'];
export type LineShown = components['schemas']['LineShown'];
export type LinkMade = components['schemas']['LinkMade'];
export type LinkSecret = components['schemas']['LinkSecret'];
export type ListedAccessTokenShown = components['schemas']['Listed_AccessTokenShown_'];
export type ListedAliasShown = components['schemas']['Listed_AliasShown_'];
export type ListedAllocationShown = components['schemas']['Listed_AllocationShown_'];
export type ListedCallRecordShown = components['schemas']['Listed_CallRecordShown_'];
export type ListedCredentialEventShown = components['schemas']['Listed_CredentialEventShown_'];
export type ListedCredentialListed = components['schemas']['Listed_CredentialListed_'];
export type ListedEventShown = components['schemas']['Listed_EventShown_'];
export type ListedIdentityShown = components['schemas']['Listed_IdentityShown_'];
export type ListedLimitInFull = components['schemas']['Listed_LimitInFull_'];
export type ListedLinkShown = components['schemas']['Listed_LinkShown_'];
export type ListedMemberListed = components['schemas']['Listed_MemberListed_'];
export type ListedMemberOfTagShown = components['schemas']['Listed_MemberOfTagShown_'];
export type ListedMemberSessionShown = components['schemas']['Listed_MemberSessionShown_'];
export type ListedModelListed = components['schemas']['Listed_ModelListed_'];
export type ListedMyAllocationShown = components['schemas']['Listed_MyAllocationShown_'];
export type ListedMyCallRecordShown = components['schemas']['Listed_MyCallRecordShown_'];
export type ListedMyCredentialShown = components['schemas']['Listed_MyCredentialShown_'];
export type ListedMyModelShown = components['schemas']['Listed_MyModelShown_'];
export type ListedPriceShown = components['schemas']['Listed_PriceShown_'];
export type ListedProviderKeyListed = components['schemas']['Listed_ProviderKeyListed_'];
export type ListedRouteShown = components['schemas']['Listed_RouteShown_'];
export type ListedSessionShown = components['schemas']['Listed_SessionShown_'];
export type ListedTagOpened = components['schemas']['Listed_TagOpened_'];
export type ListedTagRuleShown = components['schemas']['Listed_TagRuleShown_'];
export type ListedUpstreamModelShown = components['schemas']['Listed_UpstreamModelShown_'];
export type ManyStopping = components['schemas']['ManyStopping'];
export type MemberChange = components['schemas']['MemberChange'];
export type MemberCreate = components['schemas']['MemberCreate'];
export type MemberDisable = components['schemas']['MemberDisable'];
export type MemberListed = components['schemas']['MemberListed'];
export type MemberOfTagShown = components['schemas']['MemberOfTagShown'];
export type MemberOpened = components['schemas']['MemberOpened'];
export type MembersBulk = components['schemas']['MembersBulk'];
export type MemberSearched = components['schemas']['MemberSearched'];
export type MemberSessionsEnded = components['schemas']['MemberSessionsEnded'];
export type MemberSessionShown = components['schemas']['MemberSessionShown'];
export type MembershipShown = components['schemas']['MembershipShown'];
export type MemberShown = components['schemas']['MemberShown'];
export type MeShown = components['schemas']['MeShown'];
export type MethodsShown = components['schemas']['MethodsShown'];
export type MissingAssurance = components['schemas']['MissingAssurance'];
export type ModelAudience = components['schemas']['ModelAudience'];
export type ModelChange = components['schemas']['ModelChange'];
export type ModelCreate = components['schemas']['ModelCreate'];
export type ModelDetail = components['schemas']['ModelDetail'];
export type ModelImport = components['schemas']['ModelImport'];
export type ModelListed = components['schemas']['ModelListed'];
export type ModelsDecided = components['schemas']['ModelsDecided'];
export type ModelSearched = components['schemas']['ModelSearched'];
export type MonthUsed = components['schemas']['MonthUsed'];
export type MyAllocationFound = components['schemas']['MyAllocationFound'];
export type MyAllocationShown = components['schemas']['MyAllocationShown'];
export type MyCallRecordFound = components['schemas']['MyCallRecordFound'];
export type MyCallRecordShown = components['schemas']['MyCallRecordShown'];
export type MyCredentialFound = components['schemas']['MyCredentialFound'];
export type MyCredentialShown = components['schemas']['MyCredentialShown'];
export type MyIssue = components['schemas']['MyIssue'];
export type MyModelShown = components['schemas']['MyModelShown'];
export type MyUsageShown = components['schemas']['MyUsageShown'];
export type NamedMember = components['schemas']['NamedMember'];
export type Newcomer = components['schemas']['Newcomer'];
export type OidcMethodShown = components['schemas']['OidcMethodShown'];
export type OneOver = components['schemas']['OneOver'];
export type OverShown = components['schemas']['OverShown'];
export type OwnAllocation = components['schemas']['OwnAllocation'];
export type PasswordChange = components['schemas']['PasswordChange'];
export type PasswordChanged = components['schemas']['PasswordChanged'];
export type PasswordChoice = components['schemas']['PasswordChoice'];
export type PercentilesShown = components['schemas']['PercentilesShown'];
export type PlaygroundTokenMade = components['schemas']['PlaygroundTokenMade'];
export type Policy = components['schemas']['Policy'];
export type PreviewShown = components['schemas']['PreviewShown'];
export type PricePublish = components['schemas']['PricePublish'];
export type PriceShown = components['schemas']['PriceShown'];
export type PricesInForce = components['schemas']['PricesInForce'];
export type ProbeShown = components['schemas']['ProbeShown'];
export type Problem = components['schemas']['Problem'];
export type ProfileShown = components['schemas']['ProfileShown'];
export type Proof = components['schemas']['Proof'];
export type ProofShown = components['schemas']['ProofShown'];
export type ProviderKeyChange = components['schemas']['ProviderKeyChange'];
export type ProviderKeyCreate = components['schemas']['ProviderKeyCreate'];
export type ProviderKeyListed = components['schemas']['ProviderKeyListed'];
export type ProviderKeyShown = components['schemas']['ProviderKeyShown'];
export type RefusedThisMonth = components['schemas']['RefusedThisMonth'];
export type RegistryEntry = components['schemas']['RegistryEntry'];
export type Repair = components['schemas']['Repair'];
export type ReplicaShown = components['schemas']['ReplicaShown'];
export type ReportShown = components['schemas']['ReportShown'];
export type Rotate = components['schemas']['Rotate'];
export type RouteChange = components['schemas']['RouteChange'];
export type RouteCreate = components['schemas']['RouteCreate'];
export type RouteInShortShown = components['schemas']['RouteInShortShown'];
export type RouteOfModel = components['schemas']['RouteOfModel'];
export type RouteShown = components['schemas']['RouteShown'];
export type RowShown = components['schemas']['RowShown'];
export type RulesMet = components['schemas']['RulesMet'];
export type SchemaShown = components['schemas']['SchemaShown'];
export type Searched = components['schemas']['Searched'];
export type SessionsEnded = components['schemas']['SessionsEnded'];
export type SessionShown = components['schemas']['SessionShown'];
export type SettingShown = components['schemas']['SettingShown'];
export type SettingsShown = components['schemas']['SettingsShown'];
export type SetUp = components['schemas']['SetUp'];
export type SignedInShown = components['schemas']['SignedInShown'];
export type SignIn = components['schemas']['SignIn'];
export type SpentShown = components['schemas']['SpentShown'];
export type StatementShown = components['schemas']['StatementShown'];
export type StepRowShown = components['schemas']['StepRowShown'];
export type StoppingShown = components['schemas']['StoppingShown'];
export type StopsShown = components['schemas']['StopsShown'];
export type SubjectShown = components['schemas']['SubjectShown'];
export type SuggestedPriceShown = components['schemas']['SuggestedPriceShown'];
export type SuggestionShown = components['schemas']['SuggestionShown'];
export type SumsShown = components['schemas']['SumsShown'];
export type SystemChange = components['schemas']['SystemChange'];
export type SystemShown = components['schemas']['SystemShown'];
export type TagChange = components['schemas']['TagChange'];
export type TagCreate = components['schemas']['TagCreate'];
export type TagMembers = components['schemas']['TagMembers'];
export type TagOfMemberShown = components['schemas']['TagOfMemberShown'];
export type TagOpened = components['schemas']['TagOpened'];
export type TagRuleChange = components['schemas']['TagRuleChange'];
export type TagRuleCreate = components['schemas']['TagRuleCreate'];
export type TagRuleShown = components['schemas']['TagRuleShown'];
export type TagShown = components['schemas']['TagShown'];
export type TokensLeft = components['schemas']['TokensLeft'];
export type Told = components['schemas']['Told'];
export type UpstreamModelShown = components['schemas']['UpstreamModelShown'];
export type UsageShown = components['schemas']['UsageShown'];
export type VerificationShown = components['schemas']['VerificationShown'];
export type $defs = Record<string, never>;
export interface operations {
    list_aliases_api_admin_aliases_get: {
        parameters: {
            query?: {
                cursor?: string | null;
                limit?: number;
                model_id?: string | null;
                q?: string | null;
                sort?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Listed_AliasShown_"];
                };
            };
        };
    };
    create_alias_api_admin_aliases_post: {
        parameters: {
            query?: {
                /** @description Run the write, take it back, and answer what the name would mean */
                dry_run?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AliasCreate"];
            };
        };
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description With `dry_run`: what the name would mean */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AliasPreview"];
                };
            };
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AliasShown"] | components["schemas"]["AliasPreview"];
                };
            };
        };
    };
    get_alias_api_admin_aliases__alias_id__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                alias_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AliasShown"];
                };
            };
        };
    };
    delete_alias_api_admin_aliases__alias_id__delete: {
        parameters: {
            query?: {
                /** @description Run the write, take it back, and answer what the name would mean */
                dry_run?: boolean;
            };
            header?: never;
            path: {
                alias_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description With `dry_run`: what the name would mean */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AliasPreview"];
                };
            };
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    move_alias_api_admin_aliases__alias_id__patch: {
        parameters: {
            query?: {
                /** @description Run the write, take it back, and answer what the name would mean */
                dry_run?: boolean;
            };
            header?: never;
            path: {
                alias_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AliasChange"];
            };
        };
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AliasShown"] | components["schemas"]["AliasPreview"];
                };
            };
        };
    };
    list_allocations_api_admin_allocations_get: {
        parameters: {
            query?: {
                claim_locked?: boolean | null;
                cursor?: string | null;
                limit?: number;
                member_id?: string | null;
                model_id?: string | null;
                q?: string | null;
                sort?: string | null;
                state?: ("active" | "paused" | "quarantined" | "revoked") | null;
                tag_id?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Listed_AllocationShown_"];
                };
            };
        };
    };
    grant_allocation_api_admin_allocations_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Grant"];
            };
        };
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AllocationShown"];
                };
            };
        };
    };
    get_allocation_api_admin_allocations__allocation_id__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                allocation_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AllocationFound"];
                };
            };
        };
    };
    change_allocation_api_admin_allocations__allocation_id__patch: {
        parameters: {
            query?: {
                /** @description Run the write, take it back, and answer who stands over the limit now */
                dry_run?: boolean;
            };
            header?: never;
            path: {
                allocation_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ai_api__portal__admin__allocations__Change"];
            };
        };
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AllocationShown"] | components["schemas"]["LimitPreview"];
                };
            };
        };
    };
    pause_allocation_api_admin_allocations__allocation_id__pause_post: {
        parameters: {
            query?: {
                /** @description Run the write, take it back, and answer what would stop by it */
                dry_run?: boolean;
            };
            header?: never;
            path: {
                allocation_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["ai_api__portal__admin__allocations__Because"];
            };
        };
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AllocationShown"] | components["schemas"]["StopsShown"];
                };
            };
        };
    };
    quarantine_allocation_api_admin_allocations__allocation_id__quarantine_post: {
        parameters: {
            query?: {
                /** @description Run the write, take it back, and answer what would stop by it */
                dry_run?: boolean;
            };
            header?: never;
            path: {
                allocation_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["ai_api__portal__admin__allocations__Because"];
            };
        };
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AllocationShown"] | components["schemas"]["StopsShown"];
                };
            };
        };
    };
    release_allocation_api_admin_allocations__allocation_id__release_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                allocation_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["ai_api__portal__admin__allocations__Because"];
            };
        };
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AllocationShown"];
                };
            };
        };
    };
    resume_allocation_api_admin_allocations__allocation_id__resume_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                allocation_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["ai_api__portal__admin__allocations__Because"];
            };
        };
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AllocationShown"];
                };
            };
        };
    };
    revoke_allocation_api_admin_allocations__allocation_id__revoke_post: {
        parameters: {
            query?: {
                /** @description Run the write, take it back, and answer what would stop by it */
                dry_run?: boolean;
            };
            header?: never;
            path: {
                allocation_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["ai_api__portal__admin__allocations__Because"];
            };
        };
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AllocationShown"] | components["schemas"]["StopsShown"];
                };
            };
        };
    };
    unlock_allocation_api_admin_allocations__allocation_id__unlock_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                allocation_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["ai_api__portal__admin__allocations__Because"];
            };
        };
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AllocationShown"];
                };
            };
        };
    };
    get_attention_api_admin_attention_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AttentionShown"];
                };
            };
        };
    };
    list_events_api_admin_audit_get: {
        parameters: {
            query?: {
                action?: string | null;
                actor?: string | null;
                actor_member_id?: string | null;
                cursor?: string | null;
                limit?: number;
                q?: string | null;
                since?: string | null;
                sort?: string | null;
                target_id?: string | null;
                target_kind?: string | null;
                until?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Listed_EventShown_"];
                };
            };
        };
    };
    export_events_api_admin_audit_export_get: {
        parameters: {
            query?: {
                action?: string | null;
                actor?: string | null;
                actor_member_id?: string | null;
                form?: "csv" | "jsonl";
                since?: string | null;
                target_id?: string | null;
                target_kind?: string | null;
                until?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A file. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/x-ndjson": string;
                    "text/csv; charset=utf-8; header=present": string;
                };
            };
        };
    };
    verify_chain_api_admin_audit_verification_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VerificationShown"];
                };
            };
        };
    };
    list_call_records_api_admin_call_records_get: {
        parameters: {
            query?: {
                allocation_id?: string | null;
                call_id?: string | null;
                client?: string | null;
                cost_usd_max?: string | null;
                cost_usd_min?: string | null;
                credential_id?: string | null;
                cursor?: string | null;
                latency_ms_max?: number | null;
                latency_ms_min?: number | null;
                limit?: number;
                limit_id?: string | null;
                member_id?: string | null;
                model?: string | null;
                outcome?: string | null;
                provider?: string | null;
                q?: string | null;
                request_id?: string | null;
                since?: string | null;
                sort?: string | null;
                tag_id?: string | null;
                until?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Listed_CallRecordShown_"];
                };
            };
        };
    };
    get_call_record_api_admin_call_records__call_id__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                call_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CallRecordFound"];
                };
            };
        };
    };
    export_call_records_api_admin_call_records_export_get: {
        parameters: {
            query?: {
                allocation_id?: string | null;
                call_id?: string | null;
                client?: string | null;
                cost_usd_max?: string | null;
                cost_usd_min?: string | null;
                credential_id?: string | null;
                form?: "csv" | "jsonl";
                latency_ms_max?: number | null;
                latency_ms_min?: number | null;
                member_id?: string | null;
                model?: string | null;
                outcome?: string | null;
                provider?: string | null;
                request_id?: string | null;
                since?: string | null;
                tag_id?: string | null;
                until?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A file. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/x-ndjson": string;
                    "text/csv; charset=utf-8; header=present": string;
                };
            };
        };
    };
    list_credentials_api_admin_credentials_get: {
        parameters: {
            query?: {
                cursor?: string | null;
                limit?: number;
                member_id?: string | null;
                q?: string | null;
                sort?: string | null;
                state?: ("active" | "paused" | "expired" | "revoked") | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Listed_CredentialListed_"];
                };
            };
        };
    };
    issue_credential_api_admin_credentials_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Issue"];
            };
        };
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CredentialIssued"];
                };
            };
        };
    };
    get_credential_api_admin_credentials__credential_id__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                credential_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CredentialFound"];
                };
            };
        };
    };
    change_credential_api_admin_credentials__credential_id__patch: {
        parameters: {
            query?: {
                /** @description Run the write, take it back, and answer what would stop by it */
                dry_run?: boolean;
            };
            header?: never;
            path: {
                credential_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ai_api__portal__credentials_shown__Change"];
            };
        };
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CredentialShown"] | components["schemas"]["StopsShown"];
                };
            };
        };
    };
    pause_credential_api_admin_credentials__credential_id__pause_post: {
        parameters: {
            query?: {
                /** @description Run the write, take it back, and answer what would stop by it */
                dry_run?: boolean;
            };
            header?: never;
            path: {
                credential_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["ai_api__portal__credentials_shown__Because"];
            };
        };
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CredentialShown"] | components["schemas"]["StopsShown"];
                };
            };
        };
    };
    resume_credential_api_admin_credentials__credential_id__resume_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                credential_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["ai_api__portal__credentials_shown__Because"];
            };
        };
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CredentialShown"];
                };
            };
        };
    };
    revoke_credential_api_admin_credentials__credential_id__revoke_post: {
        parameters: {
            query?: {
                /** @description Run the write, take it back, and answer what would stop by it */
                dry_run?: boolean;
            };
            header?: never;
            path: {
                credential_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["ai_api__portal__credentials_shown__Because"];
            };
        };
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CredentialShown"] | components["schemas"]["StopsShown"];
                };
            };
        };
    };
    rotate_credential_api_admin_credentials__credential_id__rotate_post: {
        parameters: {
            query?: {
                /** @description Run the write, take it back, and answer what would stop by it */
                dry_run?: boolean;
            };
            header?: never;
            path: {
                credential_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Rotate"];
            };
        };
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description With `dry_run`: what would stop. Nothing was changed. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StopsShown"];
                };
            };
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CredentialIssued"];
                };
            };
        };
    };
    explain_access_api_admin_explain_get: {
        parameters: {
            query: {
                credential_id?: string | null;
                member_id: string;
                model: string;
                operation?: ("chat" | "responses" | "messages" | "generate" | "embeddings" | "embed") | null;
                source?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Explained"];
                };
            };
        };
    };
    explain_access_to_models_api_admin_explain_models_get: {
        parameters: {
            query: {
                credential_id?: string | null;
                member_id: string;
                models: string;
                operation?: ("chat" | "responses" | "messages" | "generate" | "embeddings" | "embed") | null;
                source?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ExplainedModels"];
                };
            };
        };
    };
    list_limits_api_admin_limits_get: {
        parameters: {
            query?: {
                cursor?: string | null;
                limit?: number;
                metric?: ("requests" | "input_tokens" | "output_tokens" | "total_tokens" | "cost" | "concurrency") | null;
                q?: string | null;
                sort?: string | null;
                subject_id?: string | null;
                subject_kind?: ("global" | "tag" | "member" | "allocation" | "credential" | "provider_key") | null;
                window_kind?: ("request" | "sliding" | "day" | "month" | "lifetime") | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Listed_LimitInFull_"];
                };
            };
        };
    };
    set_limit_api_admin_limits_post: {
        parameters: {
            query?: {
                /** @description Run the write, take it back, and answer who stands over the limit now */
                dry_run?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LimitSet"];
            };
        };
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description With `dry_run`: what it would do. Nothing was made. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LimitPreview"];
                };
            };
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LimitFound"] | components["schemas"]["LimitPreview"];
                };
            };
        };
    };
    get_limit_api_admin_limits__limit_id__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                limit_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LimitInFull"];
                };
            };
        };
    };
    remove_limit_api_admin_limits__limit_id__delete: {
        parameters: {
            query?: {
                /** @description Run the write, take it back, and answer who stands over the limit now */
                dry_run?: boolean;
            };
            header?: never;
            path: {
                limit_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LimitPreview"];
                };
            };
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    change_limit_api_admin_limits__limit_id__patch: {
        parameters: {
            query?: {
                /** @description Run the write, take it back, and answer who stands over the limit now */
                dry_run?: boolean;
            };
            header?: never;
            path: {
                limit_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LimitChange"];
            };
        };
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LimitFound"] | components["schemas"]["LimitPreview"];
                };
            };
        };
    };
    list_members_api_admin_members_get: {
        parameters: {
            query?: {
                cursor?: string | null;
                identity?: ("local" | "oidc") | null;
                ids?: string | null;
                kind?: ("person" | "service") | null;
                limit?: number;
                q?: string | null;
                responsible_member_id?: string | null;
                role?: ("member" | "admin" | "owner") | null;
                sort?: string | null;
                status?: ("active" | "disabled") | null;
                tag_id?: string | null;
                unanswered?: boolean | null;
                zone?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Listed_MemberListed_"];
                };
            };
        };
    };
    create_member_api_admin_members_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MemberCreate"];
            };
        };
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MemberShown"];
                };
            };
        };
    };
    get_member_api_admin_members__member_id__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                member_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MemberOpened"];
                };
            };
        };
    };
    delete_member_api_admin_members__member_id__delete: {
        parameters: {
            query?: {
                /** @description Run the write, take it back, and answer what would stop by it */
                dry_run?: boolean;
            };
            header?: never;
            path: {
                member_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description With `dry_run`: what would stop. Nothing was changed. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StopsShown"];
                };
            };
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    change_member_api_admin_members__member_id__patch: {
        parameters: {
            query?: {
                /** @description Run the write, take it back, and answer what would stop by it */
                dry_run?: boolean;
            };
            header?: never;
            path: {
                member_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MemberChange"];
            };
        };
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MemberShown"] | components["schemas"]["StopsShown"];
                };
            };
        };
    };
    list_access_tokens_api_admin_members__member_id__access_tokens_get: {
        parameters: {
            query?: {
                cursor?: string | null;
                limit?: number;
                q?: string | null;
                sort?: string | null;
            };
            header?: never;
            path: {
                member_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Listed_AccessTokenShown_"];
                };
            };
        };
    };
    create_access_token_api_admin_members__member_id__access_tokens_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                member_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AccessTokenCreate"];
            };
        };
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccessTokenMade"];
                };
            };
        };
    };
    revoke_access_token_api_admin_members__member_id__access_tokens__token_id__revoke_post: {
        parameters: {
            query?: {
                /** @description Run the write, take it back, and answer what would stop by it */
                dry_run?: boolean;
            };
            header?: never;
            path: {
                member_id: string;
                token_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccessTokenShown"] | components["schemas"]["StopsShown"];
                };
            };
        };
    };
    disable_member_api_admin_members__member_id__disable_post: {
        parameters: {
            query?: {
                /** @description Run the write, take it back, and answer what would stop by it */
                dry_run?: boolean;
            };
            header?: never;
            path: {
                member_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["MemberDisable"];
            };
        };
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MemberShown"] | components["schemas"]["StopsShown"];
                };
            };
        };
    };
    enable_member_api_admin_members__member_id__enable_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                member_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MemberShown"];
                };
            };
        };
    };
    list_identities_api_admin_members__member_id__identities_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                member_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Listed_IdentityShown_"];
                };
            };
        };
    };
    remove_identity_api_admin_members__member_id__identities__identity_id__delete: {
        parameters: {
            query?: {
                /** @description Run the write, take it back, and answer what would stop by it */
                dry_run?: boolean;
            };
            header?: never;
            path: {
                identity_id: string;
                member_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description With `dry_run`: what would stop. Nothing was changed. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StopsShown"];
                };
            };
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    list_invitations_api_admin_members__member_id__invitations_get: {
        parameters: {
            query?: {
                cursor?: string | null;
                limit?: number;
                q?: string | null;
                sort?: string | null;
            };
            header?: never;
            path: {
                member_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Listed_LinkShown_"];
                };
            };
        };
    };
    revoke_invitation_api_admin_members__member_id__invitations__invitation_id__revoke_post: {
        parameters: {
            query?: {
                /** @description Run the write, take it back, and answer what would stop by it */
                dry_run?: boolean;
            };
            header?: never;
            path: {
                invitation_id: string;
                member_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description With `dry_run`: what would stop. Nothing was changed. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StopsShown"];
                };
            };
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    invite_member_api_admin_members__member_id__invite_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                member_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LinkMade"];
                };
            };
        };
    };
    get_limits_of_member_api_admin_members__member_id__limits_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                member_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LimitsLeft"];
                };
            };
        };
    };
    reset_password_api_admin_members__member_id__reset_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                member_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LinkMade"];
                };
            };
        };
    };
    list_sessions_api_admin_members__member_id__sessions_get: {
        parameters: {
            query?: {
                cursor?: string | null;
                limit?: number;
                q?: string | null;
                sort?: string | null;
            };
            header?: never;
            path: {
                member_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Listed_MemberSessionShown_"];
                };
            };
        };
    };
    revoke_sessions_api_admin_members__member_id__sessions_revoke_post: {
        parameters: {
            query?: {
                /** @description Run the write, take it back, and answer what would stop by it */
                dry_run?: boolean;
            };
            header?: never;
            path: {
                member_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MemberSessionsEnded"] | components["schemas"]["StopsShown"];
                };
            };
        };
    };
    create_members_api_admin_members_bulk_post: {
        parameters: {
            query?: {
                /** @description Say what would become of each line, and make nobody */
                dry_run?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MembersBulk"];
            };
        };
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BulkShown"];
                };
            };
        };
    };
    list_models_api_admin_models_get: {
        parameters: {
            query?: {
                access?: ("open" | "restricted") | null;
                cursor?: string | null;
                lacks?: ("price" | "route") | null;
                limit?: number;
                operation?: ("chat" | "responses" | "embeddings") | null;
                q?: string | null;
                served_by?: string | null;
                sort?: string | null;
                status?: ("active" | "archived") | null;
                zone?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Listed_ModelListed_"];
                };
            };
        };
    };
    publish_model_api_admin_models_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ModelCreate"];
            };
        };
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ModelDetail"];
                };
            };
        };
    };
    get_model_api_admin_models__model_id__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                model_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ModelDetail"];
                };
            };
        };
    };
    delete_model_api_admin_models__model_id__delete: {
        parameters: {
            query?: {
                /** @description Run the write, take it back, and answer what would stop by it */
                dry_run?: boolean;
            };
            header?: never;
            path: {
                model_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description With `dry_run`: what would stop. Nothing was changed. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StopsShown"];
                };
            };
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    change_model_api_admin_models__model_id__patch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                model_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ModelChange"];
            };
        };
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ModelDetail"];
                };
            };
        };
    };
    archive_model_api_admin_models__model_id__archive_post: {
        parameters: {
            query?: {
                /** @description Run the write, take it back, and answer what would stop by it */
                dry_run?: boolean;
            };
            header?: never;
            path: {
                model_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ModelDetail"] | components["schemas"]["StopsShown"];
                };
            };
        };
    };
    get_model_audience_api_admin_models__model_id__audience_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                model_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ModelAudience"];
                };
            };
        };
    };
    set_policy_api_admin_models__model_id__policy_put: {
        parameters: {
            query?: {
                /** @description Run the write, take it back, and answer who gains and who loses by it */
                dry_run?: boolean;
            };
            header?: never;
            path: {
                model_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Policy"];
            };
        };
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ModelDetail"] | components["schemas"]["PreviewShown"];
                };
            };
        };
    };
    link_model_api_admin_models__model_id__registry_entry_put: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                model_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RegistryEntry"];
            };
        };
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SuggestionShown"];
                };
            };
        };
    };
    get_suggestion_api_admin_models__model_id__suggestion_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                model_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SuggestionShown"];
                };
            };
        };
    };
    apply_suggestion_api_admin_models__model_id__suggestion_apply_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                model_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ApplyImport"];
            };
        };
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SuggestionShown"];
                };
            };
        };
    };
    apply_price_api_admin_models__model_id__suggestion_price_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                model_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ApplyPrice"];
            };
        };
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AppliedPrice"];
                };
            };
        };
    };
    unarchive_model_api_admin_models__model_id__unarchive_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                model_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ModelDetail"];
                };
            };
        };
    };
    import_model_api_admin_models_import_post: {
        parameters: {
            query?: {
                /** @description Run the import, take it back, and answer what would have been made */
                dry_run?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ModelImport"];
            };
        };
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description With `dry_run`: what would have been made */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SuggestionShown"];
                };
            };
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SuggestionShown"];
                };
            };
        };
    };
    list_prices_api_admin_prices_get: {
        parameters: {
            query?: {
                cursor?: string | null;
                limit?: number;
                model_id?: string | null;
                q?: string | null;
                sort?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Listed_PriceShown_"];
                };
            };
        };
    };
    publish_price_api_admin_prices_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PricePublish"];
            };
        };
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PriceShown"];
                };
            };
        };
    };
    list_provider_keys_api_admin_provider_keys_get: {
        parameters: {
            query?: {
                cursor?: string | null;
                limit?: number;
                provider?: string | null;
                q?: string | null;
                sort?: string | null;
                status?: ("active" | "disabled") | null;
                zone?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Listed_ProviderKeyListed_"];
                };
            };
        };
    };
    connect_provider_key_api_admin_provider_keys_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProviderKeyCreate"];
            };
        };
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProviderKeyShown"];
                };
            };
        };
    };
    get_provider_key_api_admin_provider_keys__provider_key_id__get: {
        parameters: {
            query?: {
                zone?: string | null;
            };
            header?: never;
            path: {
                provider_key_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProviderKeyListed"];
                };
            };
        };
    };
    delete_provider_key_api_admin_provider_keys__provider_key_id__delete: {
        parameters: {
            query?: {
                /** @description Run the write, take it back, and answer what would stop by it */
                dry_run?: boolean;
            };
            header?: never;
            path: {
                provider_key_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description With `dry_run`: what would stop. Nothing was changed. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StopsShown"];
                };
            };
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    change_provider_key_api_admin_provider_keys__provider_key_id__patch: {
        parameters: {
            query?: {
                /** @description Run the write, take it back, and answer what would stop by it */
                dry_run?: boolean;
            };
            header?: never;
            path: {
                provider_key_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProviderKeyChange"];
            };
        };
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProviderKeyShown"] | components["schemas"]["StopsShown"];
                };
            };
        };
    };
    disable_provider_key_api_admin_provider_keys__provider_key_id__disable_post: {
        parameters: {
            query?: {
                /** @description Run the write, take it back, and answer what would stop by it */
                dry_run?: boolean;
            };
            header?: never;
            path: {
                provider_key_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProviderKeyShown"] | components["schemas"]["StopsShown"];
                };
            };
        };
    };
    discover_models_api_admin_provider_keys__provider_key_id__discover_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                provider_key_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Listed_UpstreamModelShown_"];
                };
            };
        };
    };
    enable_provider_key_api_admin_provider_keys__provider_key_id__enable_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                provider_key_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProviderKeyShown"];
                };
            };
        };
    };
    test_provider_key_api_admin_provider_keys__provider_key_id__test_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                provider_key_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProbeShown"];
                };
            };
        };
    };
    search_registry_api_admin_registry_get: {
        parameters: {
            query: {
                limit?: number;
                /** @description Exactly as the registry calls it */
                provider?: string | null;
                /** @description Each word is in the provider or the key */
                q: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FoundShown"];
                };
            };
        };
    };
    list_routes_api_admin_routes_get: {
        parameters: {
            query?: {
                cursor?: string | null;
                limit?: number;
                model_id?: string | null;
                provider_key_id?: string | null;
                q?: string | null;
                sort?: string | null;
                status?: ("active" | "disabled") | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Listed_RouteShown_"];
                };
            };
        };
    };
    add_route_api_admin_routes_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RouteCreate"];
            };
        };
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RouteShown"];
                };
            };
        };
    };
    get_route_api_admin_routes__route_id__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                route_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RouteShown"];
                };
            };
        };
    };
    delete_route_api_admin_routes__route_id__delete: {
        parameters: {
            query?: {
                /** @description Run the write, take it back, and answer what would stop by it */
                dry_run?: boolean;
            };
            header?: never;
            path: {
                route_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description With `dry_run`: what would stop. Nothing was changed. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StopsShown"];
                };
            };
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    change_route_api_admin_routes__route_id__patch: {
        parameters: {
            query?: {
                /** @description Run the write, take it back, and answer what would stop by it */
                dry_run?: boolean;
            };
            header?: never;
            path: {
                route_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RouteChange"];
            };
        };
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RouteShown"] | components["schemas"]["StopsShown"];
                };
            };
        };
    };
    get_system_api_admin_system_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SystemShown"];
                };
            };
        };
    };
    change_system_api_admin_system_patch: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SystemChange"];
            };
        };
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SystemShown"];
                };
            };
        };
    };
    get_settings_api_admin_system_settings_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SettingsShown"];
                };
            };
        };
    };
    list_tag_rules_api_admin_tag_rules_get: {
        parameters: {
            query?: {
                cursor?: string | null;
                limit?: number;
                q?: string | null;
                sort?: string | null;
                tag_id?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Listed_TagRuleShown_"];
                };
            };
        };
    };
    create_tag_rule_api_admin_tag_rules_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TagRuleCreate"];
            };
        };
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TagRuleShown"];
                };
            };
        };
    };
    get_tag_rule_api_admin_tag_rules__rule_id__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                rule_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TagRuleShown"];
                };
            };
        };
    };
    delete_tag_rule_api_admin_tag_rules__rule_id__delete: {
        parameters: {
            query?: {
                /** @description Run the write, take it back, and answer what would stop by it */
                dry_run?: boolean;
            };
            header?: never;
            path: {
                rule_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description With `dry_run`: what would stop. Nothing was changed. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StopsShown"];
                };
            };
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    change_tag_rule_api_admin_tag_rules__rule_id__patch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                rule_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TagRuleChange"];
            };
        };
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TagRuleShown"];
                };
            };
        };
    };
    apply_tag_rule_api_admin_tag_rules__rule_id__apply_post: {
        parameters: {
            query?: {
                /** @description Run the write, take it back, and answer who gains and who loses by it */
                dry_run?: boolean;
            };
            header?: never;
            path: {
                rule_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApplicationShown"];
                };
            };
        };
    };
    try_tag_rules_api_admin_tag_rules_test_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Newcomer"];
            };
        };
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RulesMet"];
                };
            };
        };
    };
    list_tags_api_admin_tags_get: {
        parameters: {
            query?: {
                cursor?: string | null;
                limit?: number;
                q?: string | null;
                sort?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Listed_TagOpened_"];
                };
            };
        };
    };
    create_tag_api_admin_tags_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TagCreate"];
            };
        };
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TagShown"];
                };
            };
        };
    };
    get_tag_api_admin_tags__tag_id__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tag_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TagOpened"];
                };
            };
        };
    };
    delete_tag_api_admin_tags__tag_id__delete: {
        parameters: {
            query?: {
                /** @description Run the write, take it back, and answer what would stop by it */
                dry_run?: boolean;
            };
            header?: never;
            path: {
                tag_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description With `dry_run`: what would stop. Nothing was changed. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StopsShown"];
                };
            };
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    change_tag_api_admin_tags__tag_id__patch: {
        parameters: {
            query?: {
                /** @description Run the write, take it back, and answer who gains and who loses by it */
                dry_run?: boolean;
            };
            header?: never;
            path: {
                tag_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TagChange"];
            };
        };
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TagShown"] | components["schemas"]["PreviewShown"];
                };
            };
        };
    };
    list_tag_members_api_admin_tags__tag_id__members_get: {
        parameters: {
            query?: {
                cursor?: string | null;
                limit?: number;
                q?: string | null;
                sort?: string | null;
            };
            header?: never;
            path: {
                tag_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Listed_MemberOfTagShown_"];
                };
            };
        };
    };
    add_tag_members_api_admin_tags__tag_id__members_post: {
        parameters: {
            query?: {
                /** @description Run the write, take it back, and answer who gains and who loses by it */
                dry_run?: boolean;
            };
            header?: never;
            path: {
                tag_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TagMembers"];
            };
        };
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MembershipShown"] | components["schemas"]["PreviewShown"];
                };
            };
        };
    };
    remove_tag_members_api_admin_tags__tag_id__members_remove_post: {
        parameters: {
            query?: {
                /** @description Run the write, take it back, and answer who gains and who loses by it */
                dry_run?: boolean;
            };
            header?: never;
            path: {
                tag_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TagMembers"];
            };
        };
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MembershipShown"] | components["schemas"]["PreviewShown"];
                };
            };
        };
    };
    get_usage_api_admin_usage_get: {
        parameters: {
            query?: {
                allocation_id?: string | null;
                by?: "member" | "allocation" | "credential" | "model" | "provider" | "provider_key" | "tag" | "outcome";
                credential_id?: string | null;
                each?: ("quarter_hour" | "hour" | "day" | "week" | "month") | null;
                measure?: "billed_cost" | "list_cost" | "calls" | "failed_calls" | "tokens";
                member_id?: string | null;
                model?: string | null;
                outcome?: string | null;
                provider?: string | null;
                provider_key_id?: string | null;
                range?: ("today" | "yesterday" | "this_week" | "last_week" | "this_month" | "last_month" | "this_quarter" | "last_quarter" | "this_year" | "last_24_hours" | "last_7_days" | "last_30_days") | null;
                since?: string | null;
                tag_id?: string | null;
                top?: number;
                until?: string | null;
                zone?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReportShown"];
                };
            };
        };
    };
    export_usage_api_admin_usage_export_get: {
        parameters: {
            query?: {
                allocation_id?: string | null;
                by?: "member" | "allocation" | "credential" | "model" | "provider" | "provider_key" | "tag" | "outcome";
                credential_id?: string | null;
                each?: ("quarter_hour" | "hour" | "day" | "week" | "month") | null;
                form?: "csv" | "jsonl";
                measure?: "billed_cost" | "list_cost" | "calls" | "failed_calls" | "tokens";
                member_id?: string | null;
                model?: string | null;
                outcome?: string | null;
                provider?: string | null;
                provider_key_id?: string | null;
                range?: ("today" | "yesterday" | "this_week" | "last_week" | "this_month" | "last_month" | "this_quarter" | "last_quarter" | "this_year" | "last_24_hours" | "last_7_days" | "last_30_days") | null;
                since?: string | null;
                tag_id?: string | null;
                top?: number;
                until?: string | null;
                zone?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A file. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/x-ndjson": string;
                    "text/csv; charset=utf-8; header=present": string;
                };
            };
        };
    };
    get_usage_heat_map_api_admin_usage_heat_map_get: {
        parameters: {
            query?: {
                allocation_id?: string | null;
                credential_id?: string | null;
                member_id?: string | null;
                model?: string | null;
                provider?: string | null;
                provider_key_id?: string | null;
                range?: ("today" | "yesterday" | "this_week" | "last_week" | "this_month" | "last_month" | "this_quarter" | "last_quarter" | "this_year" | "last_24_hours" | "last_7_days" | "last_30_days") | null;
                since?: string | null;
                tag_id?: string | null;
                until?: string | null;
                zone?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HeatMapShown"];
                };
            };
        };
    };
    get_usage_latency_api_admin_usage_latency_get: {
        parameters: {
            query?: {
                allocation_id?: string | null;
                by?: "model" | "provider";
                credential_id?: string | null;
                member_id?: string | null;
                model?: string | null;
                provider?: string | null;
                provider_key_id?: string | null;
                range?: ("today" | "yesterday" | "this_week" | "last_week" | "this_month" | "last_month" | "this_quarter" | "last_quarter" | "this_year" | "last_24_hours" | "last_7_days" | "last_30_days") | null;
                since?: string | null;
                tag_id?: string | null;
                top?: number;
                until?: string | null;
                zone?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LatencyShown"];
                };
            };
        };
    };
    get_usage_statement_api_admin_usage_statement_get: {
        parameters: {
            query?: {
                member_id?: string | null;
                month?: string | null;
                tag_id?: string | null;
                zone?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StatementShown"];
                };
            };
        };
    };
    forgot_password_api_auth_forgot_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Forgot"];
            };
        };
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ForgotShown"];
                };
            };
        };
    };
    accept_invitation_api_auth_invitation_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Acceptance"];
            };
        };
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignedInShown"];
                };
            };
        };
    };
    look_at_link_api_auth_invitation_look_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LinkSecret"];
            };
        };
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ai_api__portal__auth__links__LinkShown"];
                };
            };
        };
    };
    log_in_api_auth_login_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SignIn"];
            };
        };
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignedInShown"];
                };
            };
        };
    };
    log_out_api_auth_logout_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_methods_api_auth_methods_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MethodsShown"];
                };
            };
        };
    };
    callback_api_auth_oidc__name__callback_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused: a page says why, and what to do. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                    "text/html": string;
                };
            };
            /** @description Not possible now, or a fault: a page says so. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                    "text/html": string;
                };
            };
            /** @description Successful Response */
            302: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    start_api_auth_oidc__name__start_get: {
        parameters: {
            query?: {
                next?: string | null;
                prove?: string | null;
            };
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused: a page says why, and what to do. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                    "text/html": string;
                };
            };
            /** @description Not possible now, or a fault: a page says so. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                    "text/html": string;
                };
            };
            /** @description Successful Response */
            302: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    prove_api_auth_prove_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Proof"];
            };
        };
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProofShown"];
                };
            };
        };
    };
    reset_password_api_auth_reset_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordChoice"];
            };
        };
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignedInShown"];
                };
            };
        };
    };
    set_up_api_auth_set_up_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SetUp"];
            };
        };
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignedInShown"];
                };
            };
        };
    };
    authorize_device_api_device_authorize_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** Client Id */
                    client_id: string;
                    /** Device Name */
                    device_name?: string | null;
                    /** Scope */
                    scope?: string | null;
                };
                "application/x-www-form-urlencoded": {
                    /** Client Id */
                    client_id: string;
                    /** Device Name */
                    device_name?: string | null;
                    /** Scope */
                    scope?: string | null;
                };
            };
        };
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceBegun"];
                };
            };
            /** @description Refused: `error` says why. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceRefused"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Refused: `error` says why. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceRefused"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Refused: `error` says why. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceRefused"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    collect_device_token_api_device_token_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** Client Id */
                    client_id: string;
                    /** Device Code */
                    device_code: string;
                    /** Grant Type */
                    grant_type: string;
                };
                "application/x-www-form-urlencoded": {
                    /** Client Id */
                    client_id: string;
                    /** Device Code */
                    device_code: string;
                    /** Grant Type */
                    grant_type: string;
                };
            };
        };
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceToken"];
                };
            };
            /** @description Refused: `error` says why. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceRefused"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_me_api_me_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MeShown"];
                };
            };
        };
    };
    list_access_tokens_api_me_access_tokens_get: {
        parameters: {
            query?: {
                cursor?: string | null;
                limit?: number;
                q?: string | null;
                sort?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Listed_AccessTokenShown_"];
                };
            };
        };
    };
    create_access_token_api_me_access_tokens_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AccessTokenCreate"];
            };
        };
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccessTokenMade"];
                };
            };
        };
    };
    revoke_access_token_api_me_access_tokens__token_id__revoke_post: {
        parameters: {
            query?: {
                /** @description Run the write, take it back, and answer what would stop by it */
                dry_run?: boolean;
            };
            header?: never;
            path: {
                token_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccessTokenShown"] | components["schemas"]["StopsShown"];
                };
            };
        };
    };
    list_my_allocations_api_me_allocations_get: {
        parameters: {
            query?: {
                cursor?: string | null;
                limit?: number;
                model_id?: string | null;
                q?: string | null;
                sort?: string | null;
                state?: ("active" | "paused" | "quarantined" | "revoked") | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Listed_MyAllocationShown_"];
                };
            };
        };
    };
    claim_model_api_me_allocations_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Claim"];
            };
        };
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MyAllocationShown"];
                };
            };
        };
    };
    get_my_allocation_api_me_allocations__allocation_id__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                allocation_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MyAllocationFound"];
                };
            };
        };
    };
    pause_my_allocation_api_me_allocations__allocation_id__pause_post: {
        parameters: {
            query?: {
                /** @description Run the write, take it back, and answer what would stop by it */
                dry_run?: boolean;
            };
            header?: never;
            path: {
                allocation_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["ai_api__portal__admin__allocations__Because"];
            };
        };
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MyAllocationShown"] | components["schemas"]["StopsShown"];
                };
            };
        };
    };
    resume_my_allocation_api_me_allocations__allocation_id__resume_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                allocation_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["ai_api__portal__admin__allocations__Because"];
            };
        };
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MyAllocationShown"];
                };
            };
        };
    };
    list_my_call_records_api_me_call_records_get: {
        parameters: {
            query?: {
                allocation_id?: string | null;
                call_id?: string | null;
                client?: string | null;
                cost_usd_max?: string | null;
                cost_usd_min?: string | null;
                credential_id?: string | null;
                cursor?: string | null;
                latency_ms_max?: number | null;
                latency_ms_min?: number | null;
                limit?: number;
                model?: string | null;
                outcome?: string | null;
                provider?: string | null;
                q?: string | null;
                request_id?: string | null;
                since?: string | null;
                sort?: string | null;
                until?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Listed_MyCallRecordShown_"];
                };
            };
        };
    };
    get_my_call_record_api_me_call_records__call_id__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                call_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MyCallRecordFound"];
                };
            };
        };
    };
    export_my_call_records_api_me_call_records_export_get: {
        parameters: {
            query?: {
                allocation_id?: string | null;
                call_id?: string | null;
                client?: string | null;
                cost_usd_max?: string | null;
                cost_usd_min?: string | null;
                credential_id?: string | null;
                form?: "csv" | "jsonl";
                latency_ms_max?: number | null;
                latency_ms_min?: number | null;
                model?: string | null;
                outcome?: string | null;
                provider?: string | null;
                request_id?: string | null;
                since?: string | null;
                until?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A file. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/x-ndjson": string;
                    "text/csv; charset=utf-8; header=present": string;
                };
            };
        };
    };
    list_my_credentials_api_me_credentials_get: {
        parameters: {
            query?: {
                cursor?: string | null;
                limit?: number;
                q?: string | null;
                sort?: string | null;
                state?: ("active" | "paused" | "expired" | "revoked") | null;
                zone?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Listed_MyCredentialShown_"];
                };
            };
        };
    };
    issue_my_credential_api_me_credentials_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MyIssue"];
            };
        };
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CredentialIssued"];
                };
            };
        };
    };
    get_my_credential_api_me_credentials__credential_id__get: {
        parameters: {
            query?: {
                zone?: string | null;
            };
            header?: never;
            path: {
                credential_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MyCredentialFound"];
                };
            };
        };
    };
    change_my_credential_api_me_credentials__credential_id__patch: {
        parameters: {
            query?: {
                /** @description Run the write, take it back, and answer what would stop by it */
                dry_run?: boolean;
            };
            header?: never;
            path: {
                credential_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ai_api__portal__credentials_shown__Change"];
            };
        };
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CredentialShown"] | components["schemas"]["StopsShown"];
                };
            };
        };
    };
    list_my_credential_history_api_me_credentials__credential_id__history_get: {
        parameters: {
            query?: {
                cursor?: string | null;
                limit?: number;
                q?: string | null;
                sort?: string | null;
            };
            header?: never;
            path: {
                credential_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Listed_CredentialEventShown_"];
                };
            };
        };
    };
    pause_my_credential_api_me_credentials__credential_id__pause_post: {
        parameters: {
            query?: {
                /** @description Run the write, take it back, and answer what would stop by it */
                dry_run?: boolean;
            };
            header?: never;
            path: {
                credential_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["ai_api__portal__credentials_shown__Because"];
            };
        };
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CredentialShown"] | components["schemas"]["StopsShown"];
                };
            };
        };
    };
    issue_playground_token_api_me_credentials__credential_id__playground_token_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                credential_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PlaygroundTokenMade"];
                };
            };
        };
    };
    resume_my_credential_api_me_credentials__credential_id__resume_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                credential_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["ai_api__portal__credentials_shown__Because"];
            };
        };
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CredentialShown"];
                };
            };
        };
    };
    revoke_my_credential_api_me_credentials__credential_id__revoke_post: {
        parameters: {
            query?: {
                /** @description Run the write, take it back, and answer what would stop by it */
                dry_run?: boolean;
            };
            header?: never;
            path: {
                credential_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["ai_api__portal__credentials_shown__Because"];
            };
        };
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CredentialShown"] | components["schemas"]["StopsShown"];
                };
            };
        };
    };
    rotate_my_credential_api_me_credentials__credential_id__rotate_post: {
        parameters: {
            query?: {
                /** @description Run the write, take it back, and answer what would stop by it */
                dry_run?: boolean;
            };
            header?: never;
            path: {
                credential_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Rotate"];
            };
        };
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description With `dry_run`: what would stop. Nothing was changed. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StopsShown"];
                };
            };
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CredentialIssued"];
                };
            };
        };
    };
    get_device_api_me_device__code__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description As the program shows it; case, dashes and blanks do not matter. */
                code: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceShown"];
                };
            };
        };
    };
    approve_device_api_me_device__code__approve_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description As the program shows it; case, dashes and blanks do not matter. */
                code: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MyIssue"];
            };
        };
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceShown"];
                };
            };
        };
    };
    deny_device_api_me_device__code__deny_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description As the program shows it; case, dashes and blanks do not matter. */
                code: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceShown"];
                };
            };
        };
    };
    list_my_models_api_me_models_get: {
        parameters: {
            query?: {
                access?: ("granted" | "claimable" | "closed") | null;
                capability?: string | null;
                cursor?: string | null;
                limit?: number;
                operation?: ("chat" | "responses" | "embeddings") | null;
                provider?: string | null;
                q?: string | null;
                sort?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Listed_MyModelShown_"];
                };
            };
        };
    };
    get_my_model_api_me_models__model_id__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                model_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MyModelShown"];
                };
            };
        };
    };
    count_my_models_api_me_models_facets_get: {
        parameters: {
            query?: {
                q?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FacetsShown"];
                };
            };
        };
    };
    change_password_api_me_password_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordChange"];
            };
        };
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PasswordChanged"];
                };
            };
        };
    };
    list_sessions_api_me_sessions_get: {
        parameters: {
            query?: {
                cursor?: string | null;
                limit?: number;
                q?: string | null;
                sort?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Listed_SessionShown_"];
                };
            };
        };
    };
    revoke_session_api_me_sessions__session_id__revoke_post: {
        parameters: {
            query?: {
                /** @description Run the write, take it back, and answer what would stop by it */
                dry_run?: boolean;
            };
            header?: never;
            path: {
                session_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description With `dry_run`: what would stop. Nothing was changed. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StopsShown"];
                };
            };
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    revoke_other_sessions_api_me_sessions_revoke_others_post: {
        parameters: {
            query?: {
                /** @description Run the write, take it back, and answer what would stop by it */
                dry_run?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionsEnded"] | components["schemas"]["StopsShown"];
                };
            };
        };
    };
    get_my_usage_api_me_usage_get: {
        parameters: {
            query?: {
                by?: ("model" | "credential") | null;
                credential_id?: string | null;
                each?: "day" | null;
                model?: string | null;
                since?: string | null;
                until?: string | null;
                zone?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MyUsageShown"];
                };
            };
        };
    };
    export_my_usage_api_me_usage_export_get: {
        parameters: {
            query?: {
                allocation_id?: string | null;
                by?: "model" | "allocation" | "credential" | "provider" | "outcome";
                credential_id?: string | null;
                each?: ("quarter_hour" | "hour" | "day" | "week" | "month") | null;
                form?: "csv" | "jsonl";
                measure?: "billed_cost" | "list_cost" | "calls" | "failed_calls" | "tokens";
                model?: string | null;
                outcome?: string | null;
                provider?: string | null;
                range?: ("today" | "yesterday" | "this_week" | "last_week" | "this_month" | "last_month" | "this_quarter" | "last_quarter" | "this_year" | "last_24_hours" | "last_7_days" | "last_30_days") | null;
                since?: string | null;
                top?: number;
                until?: string | null;
                zone?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A file. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/x-ndjson": string;
                    "text/csv; charset=utf-8; header=present": string;
                };
            };
        };
    };
    get_my_usage_heat_map_api_me_usage_heat_map_get: {
        parameters: {
            query?: {
                allocation_id?: string | null;
                credential_id?: string | null;
                model?: string | null;
                provider?: string | null;
                range?: ("today" | "yesterday" | "this_week" | "last_week" | "this_month" | "last_month" | "this_quarter" | "last_quarter" | "this_year" | "last_24_hours" | "last_7_days" | "last_30_days") | null;
                since?: string | null;
                until?: string | null;
                zone?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HeatMapShown"];
                };
            };
        };
    };
    get_my_usage_latency_api_me_usage_latency_get: {
        parameters: {
            query?: {
                allocation_id?: string | null;
                by?: "model" | "provider";
                credential_id?: string | null;
                model?: string | null;
                provider?: string | null;
                range?: ("today" | "yesterday" | "this_week" | "last_week" | "this_month" | "last_month" | "this_quarter" | "last_quarter" | "this_year" | "last_24_hours" | "last_7_days" | "last_30_days") | null;
                since?: string | null;
                top?: number;
                until?: string | null;
                zone?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LatencyShown"];
                };
            };
        };
    };
    get_my_usage_report_api_me_usage_report_get: {
        parameters: {
            query?: {
                allocation_id?: string | null;
                by?: "model" | "allocation" | "credential" | "provider" | "outcome";
                credential_id?: string | null;
                each?: ("quarter_hour" | "hour" | "day" | "week" | "month") | null;
                measure?: "billed_cost" | "list_cost" | "calls" | "failed_calls" | "tokens";
                model?: string | null;
                outcome?: string | null;
                provider?: string | null;
                range?: ("today" | "yesterday" | "this_week" | "last_week" | "this_month" | "last_month" | "this_quarter" | "last_quarter" | "this_year" | "last_24_hours" | "last_7_days" | "last_30_days") | null;
                since?: string | null;
                top?: number;
                until?: string | null;
                zone?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReportShown"];
                };
            };
        };
    };
    get_my_usage_statement_api_me_usage_statement_get: {
        parameters: {
            query?: {
                month?: string | null;
                zone?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StatementShown"];
                };
            };
        };
    };
    search_api_search_get: {
        parameters: {
            query: {
                limit?: number;
                q: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refused, by the request or the state of things: `code` says why. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not possible now, or a fault: the same request may pass later. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Searched"];
                };
            };
        };
    };
}

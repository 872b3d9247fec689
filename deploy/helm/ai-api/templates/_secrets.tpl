{{- /* The secrets that are given, as JSON: setting → where it is kept. A dict of (root, secrets, own): `own` is this release's Secret. */ -}}
{{- define "ai-api.kept" -}}
{{- $kept := dict -}}
{{- $own := .own -}}
{{- range $name, $given := .secrets -}}
{{- if $given -}}
{{- if (default dict $given.existingSecret).name -}}
{{- $_ := set $kept $name (dict "name" $given.existingSecret.name "key" (default $name $given.existingSecret.key)) -}}
{{- else if $given.value -}}
{{- $_ := set $kept $name (dict "name" $own "key" $name) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- toJson $kept -}}
{{- end -}}

{{- /* What a Secret of this release holds of secrets that are given, as JSON: those by value, and under base64. */ -}}
{{- define "ai-api.data" -}}
{{- $data := dict -}}
{{- range $name, $given := . -}}
{{- if and $given $given.value (not (default dict $given.existingSecret).name) -}}
{{- $_ := set $data $name (b64enc $given.value) -}}
{{- end -}}
{{- end -}}
{{- toJson $data -}}
{{- end -}}

{{- /* What serves and works is given. */ -}}
{{- define "ai-api.secrets" -}}
{{- include "ai-api.kept" (dict "secrets" .Values.secrets "own" (include "ai-api.fullname" .)) -}}
{{- end -}}

{{- /* What a job is given of them, as JSON. */ -}}
{{- define "ai-api.jobSecrets" -}}
{{- pick (include "ai-api.secrets" . | fromJson) "database_url" "encryption_keys" | toJson -}}
{{- end -}}

{{- /* What migrates is given: two secrets and no more, of which the database's may be the owner's. */ -}}
{{- define "ai-api.migrateGiven" -}}
{{- $owner := .Values.migrate.database_url -}}
{{- $database := ternary $owner .Values.secrets.database_url (or (not (empty $owner.value)) (not (empty (default dict $owner.existingSecret).name))) -}}
{{- toJson (dict "database_url" $database "encryption_keys" .Values.secrets.encryption_keys) -}}
{{- end -}}

{{- define "ai-api.migrateSecrets" -}}
{{- include "ai-api.kept" (dict "secrets" (include "ai-api.migrateGiven" . | fromJson) "own" (printf "%s-migrate" (include "ai-api.fullname" .))) -}}
{{- end -}}

{{- /* What drops old records is given: the same two, the owner's address out of a Secret that stays. */ -}}
{{- define "ai-api.retentionSecrets" -}}
{{- $owner := include "ai-api.kept" (dict "secrets" (dict "database_url" .Values.migrate.database_url) "own" (printf "%s-retention" (include "ai-api.fullname" .))) | fromJson -}}
{{- merge $owner (include "ai-api.jobSecrets" . | fromJson) | toJson -}}
{{- end -}}

{{- /* `AI_API_…_FILE` for each. */ -}}
{{- define "ai-api.secretFiles" -}}
{{- range $name, $_ := fromJson . -}}
- name: AI_API_{{ upper $name }}_FILE
  value: /run/secrets/ai-api/{{ $name }}
{{ end -}}
{{- end -}}

{{- /* One read-only volume of all of them, whichever Secrets they are in. */ -}}
{{- define "ai-api.secretVolume" -}}
- name: secrets
  projected:
    defaultMode: 0440
    sources:
      {{- range $name, $kept := fromJson . }}
      - secret:
          name: {{ $kept.name }}
          items:
            - key: {{ $kept.key }}
              path: {{ $name }}
      {{- end }}
{{- end -}}

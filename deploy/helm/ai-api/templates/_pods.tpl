{{- define "ai-api.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "ai-api.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
runAsNonRoot: true
capabilities:
  drop: [ALL]
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- /* What every pod spec begins with. */ -}}
{{- define "ai-api.podHead" -}}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with .Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
  {{- include "ai-api.podSecurity" . | nindent 2 }}
{{- end -}}

{{- /* Where pods go: a dict with the component's own values. */ -}}
{{- define "ai-api.placement" -}}
{{- with .nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- end -}}

{{- /* A container of the program: a dict of root, name, args, settings and secrets (as JSON), and resources. */ -}}
{{- define "ai-api.container" -}}
- name: {{ .name }}
  image: {{ include "ai-api.image" .root | quote }}
  imagePullPolicy: {{ .root.Values.image.pullPolicy }}
  args: {{ toJson .args }}
  env:
    {{- include "ai-api.env" (dict "root" .root "settings" (fromJson .settings)) | nindent 4 }}
    {{- include "ai-api.secretFiles" .secrets | nindent 4 }}
  securityContext:
    {{- include "ai-api.containerSecurity" .root | nindent 4 }}
  resources:
    {{- toYaml .resources | nindent 4 }}
  volumeMounts:
    - name: secrets
      mountPath: /run/secrets/ai-api
      readOnly: true
    {{- if .root.Values.caBundle.configMap }}
    - name: ca
      mountPath: /run/ca
      readOnly: true
    {{- end }}
    {{- with .root.Values.extraVolumeMounts }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end -}}

{{- /* Its volumes: a dict of root and secrets. */ -}}
{{- define "ai-api.volumes" -}}
{{ include "ai-api.secretVolume" .secrets }}
{{- if .root.Values.caBundle.configMap }}
- name: ca
  configMap:
    name: {{ .root.Values.caBundle.configMap }}
    items:
      - key: {{ .root.Values.caBundle.key }}
        path: {{ .root.Values.caBundle.key }}
{{- end }}
{{- with .root.Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- /* What restarts pods: the release's own Secret, and what the operator says of theirs. */ -}}
{{- define "ai-api.revision" -}}
checksum/secrets: {{ include (print .Template.BasePath "/secret.yaml") . | sha256sum }}
{{- with .Values.secretsRevision }}
ai-api/secrets-revision: {{ . | quote }}
{{- end }}
{{- end -}}

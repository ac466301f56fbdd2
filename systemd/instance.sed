# SPDX-License-Identifier: GPL-2.0-or-later
# Makes the template unit of a named instance, sealgate@.service or sealgate-rules@.service, from the unit of the
# instance without a name: sed -f instance.sed sealgate.service >sealgate@.service
/^Description=/s/$/ (instance %i)/
s/sealgate-rules\.service/sealgate-rules@%i.service/g
/^Exec[A-Za-z]*=.*\/sealgate /s/$/ --instance %i/
/^StateDirectory=\|^RuntimeDirectory=/s/=sealgate$/=sealgate-%i/
/sealgate-timelines$/s/$/-%i/
/^StateDirectory=\|^RuntimeDirectory=/s/=sealgate-keeper$/=sealgate-keeper-%i/
